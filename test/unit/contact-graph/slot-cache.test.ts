import { describe, expect, it } from '@jest/globals';
import type { SlotContents } from '../../../src/contact-graph/ports.js';
import { SlotCache } from '../../../src/contact-graph/slot-cache.js';

const LENGTH = 160;

/** A slot of ten people. */
function slot(): SlotContents {
  const numbers = () => new Uint32Array(10);
  return { persons: numbers(), from: numbers(), to: numbers(), imputed: null, longest: 0 };
}

/** A cache that holds three such slots, filled with these. */
function cacheOf(...keys: number[]): SlotCache {
  const cache = new SlotCache(3 * 530);
  cache.enter('a graph');
  for (const key of keys) cache.set(key, LENGTH, slot());
  return cache;
}

const held = (cache: SlotCache) => [1, 2, 3, 4].filter((key) => cache.get(key, LENGTH) !== undefined);

describe('The cache of slots', () => {
  it('drops the slot that was not read for the longest time, once it is full', () => {
    const cache = cacheOf(1, 2, 3);
    cache.get(1, LENGTH);
    cache.set(4, LENGTH, slot());
    expect(held(cache)).toEqual([1, 3, 4]);
  });

  it('does not return a slot that has grown since', () => {
    const cache = cacheOf(1);
    expect(cache.get(1, LENGTH + 16)).toBeUndefined();
    const grown = slot();
    cache.set(1, LENGTH + 16, grown);
    expect(cache.get(1, LENGTH + 16)).toBe(grown);
  });

  it('keeps nothing of another graph', () => {
    const cache = cacheOf(1, 2);
    cache.enter('a graph');
    expect(held(cache)).toEqual([1, 2]);
    cache.enter('another graph');
    expect(held(cache)).toEqual([]);
  });
});
