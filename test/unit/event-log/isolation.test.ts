import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Isolation, TRIES } from '../../../src/event-log/isolation.js';
import type { RecordedEvent } from '../../../src/event-log/event-store.js';

const events = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `event-${i}` }) as RecordedEvent);

/** Writes all events but the bad ones, as the projector does. Returns what was set aside, and the number of writes. */
function written(all: readonly RecordedEvent[], bad: ReadonlySet<string>, largest: number) {
  const isolation = new Isolation(largest);
  const aside: string[] = [];
  let writes = 0;
  for (let at = 0; at < all.length;) {
    const batch = all.slice(at, at + isolation.most);
    writes++;
    if (!batch.some(({ id }) => bad.has(id))) {
      at += batch.length;
      isolation.passed();
      continue;
    }
    const found = isolation.failed(batch, false);
    if (!found) continue;
    expect(found.tries).toBe(TRIES);
    aside.push(found.event.id);
    at++;
  }
  return { aside, writes };
}

describe('Finding the event because of which a batch fails', () => {
  it('finds exactly those that fail, wherever they are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.uniqueArray(fc.nat(299)),
        fc.integer({ min: 1, max: 64 }),
        (count, at, largest) => {
          const bad = new Set(at.filter((i) => i < count).map((i) => `event-${i}`));
          const { aside } = written(events(count), bad, largest);
          expect(aside.sort()).toEqual([...bad].sort());
        },
      ),
    );
  });

  it('takes some thirty writes to find one among twenty thousand', () => {
    const { aside, writes } = written(events(20_000), new Set(['event-12345']), 20_000);
    expect(aside).toEqual(['event-12345']);
    expect(writes).toBeLessThan(50);
  });

  it('waits longer if the error is temporary', () => {
    const isolation = new Isolation(100);
    const batch = events(1);
    for (let i = 0; i < 5; i++) expect(isolation.failed(batch, true)).toBeUndefined();
    const outcomes = [1, 2, 3].map(() => isolation.failed(batch, true)?.event.id);
    expect(outcomes).toEqual([undefined, undefined, 'event-0']);
  });

  it('blames no event if other writes were in progress', () => {
    const isolation = new Isolation(100);
    for (let i = 0; i < 10; i++) expect(isolation.failed(undefined, false)).toBeUndefined();
    expect(isolation.most).toBe(1);
  });
});
