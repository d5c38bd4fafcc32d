import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  DIARY_DAYS,
  diaryKey,
  DiaryPacker,
  eachNumber,
  personOfDiary,
  recordsIn,
  stayDaysIn,
  staysIn,
  stretchesOf,
  type DiaryRecord,
} from '../../src/contact-graph/diary.js';
import { clip } from '../../src/contact-graph/packed.js';
import { runs, seeded } from '../support/sizes.js';

const STRETCH = DIARY_DAYS * 86_400;
const START = 1_100 * STRETCH;
const KEY = diaryKey(7, START);

/** Few visits and events, so that most records supersede another or are copies; numbers at the limits of their bits. */
const record: fc.Arbitrary<DiaryRecord> = fc
  .record({
    key: fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, 5 * 2 ** 32 + 1, 2 ** 53 - 1),
    apart: fc.constantFrom(0, 0, 1, 2_047),
    event: fc.constantFrom(0, 1, 2, 3, 0x7fff_ffff, 0xffff_ffff),
    place: fc.constantFrom(1, 2, 2 ** 29, 2 ** 32 - 1),
    from: fc.constantFrom(0, 1, 86_399, 86_400, STRETCH - 1),
    length: fc.constantFrom(0, 1, 60, 86_400, 200_000, STRETCH),
    imputed: fc.boolean(),
    seatRow: fc.constantFrom(null, 0, 1, 999_999),
  })
  .map(({ apart, from, length, ...each }) => ({
    ...each,
    number: ((each.key % 2 ** 32) + apart) % 2 ** 32,
    // A withdrawn visit has no times.
    ...(length === 0
      ? { from: START, to: START }
      : { from: START + from, to: START + Math.min(STRETCH, from + length) }),
  }));
const records = fc.array(record, { maxLength: 130, size: 'max' });

/** The bytes as the driver returns them, at any offset. */
function packed(all: readonly DiaryRecord[], shift = 0): Int8Array {
  const packer = new DiaryPacker(KEY);
  for (const each of all) packer.add(each);
  const bytes = packer.bytes();
  const buffer = new Int8Array(bytes.length + shift);
  buffer.set(bytes, shift);
  return buffer.subarray(shift);
}

/** For each visit the last record that is no copy of an earlier event of it, by slot. */
function expected(all: readonly DiaryRecord[]) {
  const had = new Set<string>();
  const last = new Map<number, DiaryRecord>();
  for (const each of all) {
    const event = `${each.event} of ${each.key}`;
    if (had.has(event)) continue;
    had.add(event);
    last.set(each.key, each);
  }
  return [...last.values()].flatMap(({ key: visit, number, place, from, to, imputed: open }) =>
    clip(place, from, to).map((segment) => ({ ...segment, visit, number, open })),
  );
}

const inOrder = (texts: readonly string[]) => [...texts].sort();

describe('A diary', () => {
  it('gives back every record as it was packed, wherever the driver puts the bytes', () => {
    fc.assert(
      fc.property(records, fc.nat(7), (all, shift) => {
        expect(recordsIn(KEY, packed(all, shift))).toEqual(all);
        const numbers: number[][] = [];
        eachNumber(packed(all, shift), (own, number) => numbers.push([own, number]));
        expect(numbers).toEqual(all.map(({ key, number }) => [key % 2 ** 32, number]));
      }),
      seeded(runs(100)),
    );
  });

  it('shows each visit as it was stated last, whatever copies of earlier statements follow', () => {
    fc.assert(
      fc.property(records, (all) => {
        const stays = expected(all);
        expect(inOrder(staysIn(KEY, packed(all)).map((each) => JSON.stringify(each)))).toEqual(
          inOrder(
            stays.map(({ key, from, to, visit, number, open }) =>
              JSON.stringify({ key, from, to, visit, number, open }),
            ),
          ),
        );
        const days = stayDaysIn(KEY, packed(all));
        expect(inOrder(days.keys.map((key, i) => `${key} ${days.from[i]} ${days.to[i]}`))).toEqual(
          inOrder(stays.map(({ key, from, to }) => `${key} ${from} ${to}`)),
        );
      }),
      seeded(runs(150)),
    );
  });

  it('has its part of a stay that lasts longer than its days, and the next one the rest', () => {
    const stay = fc.tuple(
      fc.integer({ min: 0, max: 0xffff_ffff - 3 * STRETCH }),
      fc.integer({ min: 1, max: 3 * STRETCH }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 29 - 1 }), stay, (person, [from, length]) => {
        let reached = from;
        for (const part of stretchesOf(person, from, from + length)) {
          expect(part.from).toBe(reached);
          expect(part.to).toBeGreaterThan(part.from);
          expect(personOfDiary(part.key)).toBe(person);
          expect(diaryKey(person, part.from)).toBe(part.key);
          expect(diaryKey(person, part.to - 1)).toBe(part.key);
          reached = part.to;
        }
        expect(reached).toBe(from + length);
      }),
    );
  });
});
