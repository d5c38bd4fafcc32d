import { describe, expect, it } from '@jest/globals';
import { TailCache } from '../src/store/tail-cache.js';

const LIMIT = 100_000;
const SIZE = 400;

describe('The cached end of the log in memory', () => {
  it('uses no more memory than the bytes that it keeps, however small the groups', () => {
    const cache = new TailCache(LIMIT);
    const groups = 1_000;
    for (let i = 0; i < groups; i++) {
      // Small buffers are slices of eight kilobytes. Here the other slices were released.
      const bytes = Buffer.from(Buffer.allocUnsafeSlow(8_192).buffer, 512, SIZE).fill(i % 256);
      cache.push(i * SIZE, bytes);
    }
    const kept = Array.from({ length: groups }, (_, i) => cache.from(i * SIZE)).filter((bytes) => bytes !== undefined);
    expect(kept).toHaveLength(LIMIT / SIZE);
    expect(kept.at(-1)).toEqual(Buffer.alloc(SIZE, (groups - 1) % 256));
    const held = new Set(kept.map(({ buffer }) => buffer));
    expect([...held].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(LIMIT);
  });
});
