import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segmentsOf, splitText } from '@truyvet/message-gateway';
import { assertWithSeeds } from '../support/seeds.js';
import { runs, seeded } from '../support/sizes.js';

/** The default alphabet of TS 23.038 in rows of sixteen, copied a second time, from the columns of the table. */
const TABLE = [
  '@£$¥èéùìòÇ\nØø\rÅå',
  'Δ_ΦΓΛΩΠΨΣΘΞ\0ÆæßÉ',
  ' !"#¤%&\'()*+,-./',
  '0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNO',
  'PQRSTUVWXYZÄÖÑÜ§',
  '¿abcdefghijklmno',
  'pqrstuvwxyzäöñüà',
];
const SECOND = new Map([...'\f^{}\\[~]|€'].map((each, i) => [each, [10, 20, 40, 41, 47, 60, 61, 62, 64, 101][i]]));

/** The septets in order; each says whether a segment ends before it. Undefined if a character is not in GSM-7. */
function septets(text: string): boolean[] | undefined {
  const mayEnd: boolean[] = [];
  for (const each of text) {
    if (each !== '\0' && TABLE.some((row) => row.includes(each))) mayEnd.push(true);
    else if (SECOND.has(each)) mayEnd.push(true, false);
    else return undefined;
  }
  return mayEnd;
}

function utf16(text: string): boolean[] {
  return Array.from({ length: text.length }, (_, i) => {
    const unit = text.charCodeAt(i);
    const before = text.charCodeAt(i - 1);
    const second = unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
    return !second;
  });
}

/** Brute force: tries every number of segments, and for each every place where it may end, the farthest first. */
function slowly(text: string) {
  const gsm = septets(text);
  const mayEnd = gsm ?? utf16(text);
  const [alone, joined] = gsm ? [160, 153] : [70, 67];
  if (mayEnd.length <= alone) {
    const left = alone - mayEnd.length;
    return { encoding: gsm ? 'gsm7' : 'ucs2', units: mayEnd.length, segments: 1, perSegment: alone, left };
  }
  let at = 0;
  let segments = 0;
  let last = 0;
  while (at < mayEnd.length) {
    let end = Math.min(at + joined, mayEnd.length);
    while (end < mayEnd.length && !mayEnd[end]) end--;
    last = end - at;
    at = end;
    segments++;
  }
  return { encoding: gsm ? 'gsm7' : 'ucs2', units: mayEnd.length, segments, perSegment: joined, left: joined - last };
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...'abcXYZ 019@£ΔÅñà\n') },
  { weight: 3, arbitrary: fc.constantFrom(...'€[]{}~|^\\\f') },
);
const other = fc.constantFrom('ế', 'ư', '😷', '`', 'ç', '\u001b', '\0', '\ud83d');
const near = fc.constantFrom(66, 67, 69, 70, 71, 133, 134, 135, 152, 153, 159, 160, 161, 305, 306, 307, 459, 460);
const text = fc.oneof(
  near.chain((length) =>
    fc.array(character, { minLength: length - 2, maxLength: length }).map((each) => each.join('')),
  ),
  near.chain((length) =>
    fc
      .array(fc.oneof({ weight: 4, arbitrary: character }, { weight: 1, arbitrary: other }), {
        minLength: Math.max(0, length - 4),
        maxLength: length,
      })
      .map((each) => each.join('')),
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe('segments', () => {
  it('are counted as by brute force', () =>
    assertWithSeeds(
      fc.property(text, (each) => expect(segmentsOf(each)).toEqual(slowly(each))),
      seeded(runs(120)),
    ));

  it('give the text when joined, each no longer than allowed', () =>
    assertWithSeeds(
      fc.property(text, (each) => {
        const { encoding, parts } = splitText(each);
        expect(parts.join('')).toBe(each);
        expect(parts).toHaveLength(segmentsOf(each).segments);
        const [alone, joined] = encoding === 'gsm7' ? [160, 153] : [70, 67];
        for (const part of parts) {
          const units = encoding === 'gsm7' ? septets(part)?.length : part.length;
          expect(units).toBeLessThanOrEqual(parts.length === 1 ? alone : joined);
        }
      }),
      seeded(runs(120)),
    ));
});
