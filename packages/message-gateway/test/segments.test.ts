import { describe, expect, it } from '@jest/globals';
import { segmentsOf, splitText } from '../src/segments.js';

const sizes = (text: string) => splitText(text).parts.map(({ length }) => length);

describe('how a text travels as SMS', () => {
  it.each([
    ['160 letters fit one', 'a'.repeat(160), { encoding: 'gsm7', units: 160, segments: 1, perSegment: 160, left: 0 }],
    ['161 need two of 153', 'a'.repeat(161), { encoding: 'gsm7', units: 161, segments: 2, perSegment: 153, left: 145 }],
    ['306 fill two', 'a'.repeat(306), { encoding: 'gsm7', units: 306, segments: 2, perSegment: 153, left: 0 }],
    ['the euro takes two', '€'.repeat(80), { encoding: 'gsm7', units: 160, segments: 1, perSegment: 160, left: 0 }],
    ['nothing is one', '', { encoding: 'gsm7', units: 0, segments: 1, perSegment: 160, left: 160 }],
    ['letters of Western Europe are of the alphabet', 'Ä Ö Ü ß é à Ç ñ', { encoding: 'gsm7', segments: 1 }],
    ['a backtick is not', 'a`b', { encoding: 'ucs2', units: 3, segments: 1, perSegment: 70, left: 67 }],
    ['the small ç is not', 'ç', { encoding: 'ucs2' }],
    ['70 with a diacritic fit one', `ế${'a'.repeat(69)}`, { encoding: 'ucs2', units: 70, segments: 1, left: 0 }],
    ['71 need two of 67', `ế${'a'.repeat(70)}`, { encoding: 'ucs2', units: 71, segments: 2, perSegment: 67, left: 63 }],
    ['an emoji takes two units', '😷'.repeat(35), { encoding: 'ucs2', units: 70, segments: 1 }],
  ])('%s', (_name, text, expected) => {
    expect(segmentsOf(text)).toMatchObject(expected);
  });

  it('uses UCS-2 for Vietnamese, and GSM-7 for the same words without diacritics', () => {
    expect(segmentsOf('Bạn đã tiếp xúc gần với người mắc COVID-19')).toMatchObject({ encoding: 'ucs2', segments: 1 });
    expect(segmentsOf('Ban da tiep xuc gan voi nguoi mac COVID-19')).toMatchObject({ encoding: 'gsm7', segments: 1 });
  });

  it('never splits a character of the extension table', () => {
    // The euro takes two septets and only one is left in the first segment, so it moves to the second.
    expect(sizes('a'.repeat(152) + '€' + 'a'.repeat(20))).toEqual([152, 21]);
    // 306 septets would fill two segments, but the pair at the border makes it three.
    expect(segmentsOf('a'.repeat(152) + '€' + 'a'.repeat(152))).toMatchObject({ units: 306, segments: 3, left: 152 });
  });

  it('never splits a surrogate pair', () => {
    expect(sizes('ế'.repeat(66) + '😷' + 'a'.repeat(10))).toEqual([66, 12]);
    expect(segmentsOf('ế'.repeat(66) + '😷' + 'ế'.repeat(66))).toMatchObject({ units: 134, segments: 3, left: 66 });
  });
});
