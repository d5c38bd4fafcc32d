import type { CheckedIn } from '../../src/presence/events.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, LATEST_INSTANT } from '../../src/kernel/instant.js';
import { cleanText, unseenInText } from '../../src/kernel/text.js';
import { Intake } from '../../src/intake/intake.js';
import { checkIns } from '../../src/presence/store-check-ins.js';
import type { CheckInRow } from '../../src/presence/presence.js';
import { readTime } from '../../src/intake/times.js';
import { importText, meansOver } from '../support/ingest.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { runs, seeded } from '../support/sizes.js';

const seconds = fc.integer({ min: 0, max: LATEST_INSTANT });

describe('Reading times', () => {
  it('gives every instant back from its text, in any offset', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: -12 * 60, max: 14 * 60 }), (at, offset) => {
        const text = formatInstant(at);
        expect(readTime(text, 'UTC')).toEqual({ instant: text, zoneAssumed: false });
        const local = new Date((at + offset * 60) * 1000).toISOString().slice(0, 19);
        const minutes = Math.abs(offset);
        const suffix = `${offset < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
        expect(readTime(local + suffix, 'Asia/Ho_Chi_Minh')).toEqual({ instant: text, zoneAssumed: false });
      }),
    );
  });

  it('accepts a plain date and time exactly if the calendar has it', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(
        fc.tuple(fc.integer({ min: 1970, max: 2105 }), part(13), part(32), part(23), part(60), part(60)),
        ([year, month, day, hour, minute, second]) => {
          const two = (value: number): string => String(value).padStart(2, '0');
          const text = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}Z`;
          const date = new Date(text);
          const exists = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19));
          expect('instant' in readTime(text, 'UTC')).toBe(exists);
        },
      ),
      seeded(runs(300)),
    );
  });
});

const visits = fc.array(
  fc.record({
    personId: fc.constantFrom('a', 'b', 'c'),
    placeId: fc.constant('cafe'),
    seat: fc.constantFrom(null, '12A'),
    visitId: fc.constantFrom('v1', 'v2', undefined),
    arrivedAt: fc.constantFrom('2021-08-31T23:00:00Z', '2021-09-01T01:00:00Z', '2021-09-02T01:00:00Z'),
    leftAt: fc.constantFrom(null, '2021-09-03T00:00:00Z', '2021-09-04T00:00:00Z'),
  }),
  { maxLength: 40 },
);

/** What a reader of the log knows about each visit: the last event with its id. */
const visitsIn = (store: MemoryEventStore): Map<string, CheckedIn['data']> =>
  new Map(store.all.map(({ data }) => [(data as CheckedIn['data']).visitId, data as CheckedIn['data']]));

async function take(store: MemoryEventStore, rows: readonly CheckInRow[], chunkRows: number): Promise<number> {
  let settled = 0;
  const intake = new Intake<CheckInRow, number>(
    meansOver(store),
    checkIns,
    { provenance: { source: 'test' } },
    () => settled++,
    { chunkRows },
  );
  for (const [i, row] of rows.entries()) await intake.add(row, i);
  await intake.finish();
  return settled;
}

describe('Importing rows', () => {
  it('stores the same events and visits whatever the size of a chunk, and nothing a second time', async () => {
    await fc.assert(
      fc.asyncProperty(
        visits,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, one, other) => {
          const [inOrder, chunked] = [new MemoryEventStore(), new MemoryEventStore()];
          await take(inOrder, rows, 1);
          expect(await take(chunked, rows, one)).toBe(rows.length);

          expect(visitsIn(chunked)).toEqual(visitsIn(inOrder));
          expect(new Set(chunked.all.map(({ id }) => id))).toEqual(new Set(inOrder.all.map(({ id }) => id)));
          const before = chunked.all.length;
          expect(new Set(chunked.all.map(({ id }) => id)).size).toBe(before);
          await take(chunked, rows, other);
          expect(chunked.all).toHaveLength(before);
        },
      ),
      seeded(runs(30)),
    );
  });

  it('of a CSV file keeps names exactly as they were written, whatever they contain', async () => {
    const name = fc
      .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
      .filter((text) => unseenInText(text) === undefined && text === cleanText(text) && text !== '');
    await fc.assert(
      fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 5 }), async (names) => {
        const store = new MemoryEventStore();
        const rows = names.map((each, i) => `c${i},"${each.replaceAll('"', '""')}",cafe`);
        await importText(meansOver(store), 'places', `place_id,name,kind\n${rows.join('\n')}\n`);
        const found = new Map(
          store.all.map(({ data }) => [(data as { placeId: string }).placeId, (data as { name: string }).name]),
        );
        expect(names.map((_, i) => found.get(`c${i}`))).toEqual(names);
      }),
      seeded(runs(30)),
    );
  });
});
