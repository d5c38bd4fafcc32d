import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asNumbers, clip, joinParts, Packer, placeOfSlot, slotKey, unpack } from '../../src/contact-graph/packed.js';
import { runs, seeded } from '../support/sizes.js';

const DAY = 86_400;

interface Entry {
  visit: number;
  /** Bits of the id of the event. */
  event: number;
  person: number;
  from: number;
  to: number;
  imputed: boolean;
}

/** Few visits and people, so that most records supersede another; some numbers are at the limits of 32 bits. */
const number = fc.constantFrom(0, 1, 2, 3, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff);
/** Numbers of people have 29 bits. */
const personNumber = fc.constantFrom(0, 1, 2, 3, 0x1fff_ffff);
const KEY = slotKey(7, 18_000);
const MIDNIGHT = 18_000 * DAY;
const entry: fc.Arbitrary<Entry> = fc
  .record({
    visit: number,
    // Some events come again, for the same visit and for others.
    event: fc.constantFrom(0, 1, 2, 0x7fff_ffff, 0xffff_ffff),
    person: personNumber,
    from: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: DAY - 20 })),
    length: fc.nat(20),
    imputed: fc.boolean(),
  })
  .map(({ length, from, ...each }) => ({ ...each, from: MIDNIGHT + from, to: MIDNIGHT + from + length }));
const entries = fc.array(entry, { maxLength: 60, size: 'max' });

function packed(records: readonly Entry[]): Int8Array {
  const packer = new Packer(KEY);
  for (const { visit, event, person, from, to, imputed } of records) {
    packer.add(visit, event, person, from, to, imputed);
  }
  return packer.bytes();
}

/** The current records: the last one of each visit that is no copy of an earlier event, unless it is empty. */
function holding(records: readonly Entry[]): Omit<Entry, 'visit' | 'event'>[] {
  const last = new Map<string, Entry>();
  const had = new Set<string>();
  for (const record of records) {
    const visit = `${record.visit} of ${record.person}`;
    if (had.has(`${record.event} of ${visit}`)) continue;
    had.add(`${record.event} of ${visit}`);
    last.set(visit, record);
  }
  return [...last.values()]
    .filter(({ from, to }) => from !== to)
    .map(({ person, from, to, imputed }) => ({ person, from, to, imputed }))
    .sort(byStart);
}

type Stay = Omit<Entry, 'visit' | 'event'>;

function byStart(a: Stay, b: Stay): number {
  return a.from - b.from || a.to - b.to || a.person - b.person || Number(a.imputed) - Number(b.imputed);
}

function contentsOf(numbers: Uint32Array) {
  const { persons, from, to, imputed, longest } = unpack(KEY, numbers);
  const stays = [...persons].map((person, i) => ({
    person,
    from: from[i] as number,
    to: to[i] as number,
    imputed: imputed?.[i] === 1,
  }));
  return { stays, longest };
}

describe('A packed slot', () => {
  it('contains the last record of each visit that is no copy, in the order of starts', () => {
    fc.assert(
      fc.property(entries, (records) => {
        const { stays, longest } = contentsOf(asNumbers(packed(records)));
        const starts = stays.map(({ from }) => from);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        const expected = holding(records);
        stays.sort(byStart);
        expect(stays).toEqual(expected);
        expect(longest).toBe(Math.max(0, ...expected.map(({ from, to }) => to - from)));
      }),
      seeded(runs(150)),
    );
  });

  it('reads the same from any number of parts, wherever the driver puts their bytes', () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(fc.nat(60), { maxLength: 4 }),
        fc.integer({ min: 0, max: 7 }),
        (records, cuts, shift) => {
          const ends = [...cuts, records.length].sort((a, b) => a - b);
          const parts = ends
            .map((end, i) => packed(records.slice(ends[i - 1] ?? 0, end)))
            .map((bytes) => {
              const buffer = new Int8Array(bytes.length + shift + 3);
              buffer.set(bytes, shift);
              return buffer.subarray(shift, shift + bytes.length);
            });
          expect(contentsOf(joinParts(parts))).toEqual(contentsOf(asNumbers(packed(records))));
        },
      ),
    );
  });

  it('is not affected by a slot that was read before it', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const alone = contentsOf(asNumbers(packed(other)));
        unpack(KEY, asNumbers(packed(one)));
        expect(contentsOf(asNumbers(packed(other)))).toEqual(alone);
      }),
    );
  });

  it('holds tens of thousands of visits, sorted or not', () => {
    const records = Array.from({ length: 40_000 }, (_, i) => {
      const from = MIDNIGHT + ((i * 7_919) % 80_000);
      return { visit: i, event: i, person: i % 5_000, from, to: from + 1 + (i % 100), imputed: i % 3 === 0 };
    });
    const { stays } = contentsOf(asNumbers(packed(records)));
    expect(stays).toHaveLength(40_000);
    expect(stays.every(({ from }, i) => i === 0 || (stays[i - 1]?.from ?? 0) <= from)).toBe(true);
  });
});

describe('A stay cut into days', () => {
  it('covers exactly the stay, each part within the slot of its day', () => {
    const times = fc.tuple(fc.integer({ min: 0, max: 0xffff_ffff - 4 * DAY }), fc.integer({ min: 0, max: 3 * DAY }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 31 }), times, (place, [from, length]) => {
        const parts = clip(place, from, from + length);
        let reached = from;
        for (const part of parts) {
          expect(part.from).toBe(reached);
          expect(part.to).toBeGreaterThan(part.from);
          const day = Math.floor(part.from / DAY);
          expect(part.key).toBe(slotKey(place, day));
          expect(placeOfSlot(part.key)).toBe(place);
          expect(part.to).toBeLessThanOrEqual((day + 1) * DAY);
          reached = part.to;
        }
        expect(reached).toBe(from + length);
      }),
    );
  });

  it('touches no slot when it is empty', () => {
    expect(clip(1, DAY, DAY)).toEqual([]);
  });
});
