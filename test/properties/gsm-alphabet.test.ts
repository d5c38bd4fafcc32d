import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import smpp from 'smpp';
import { segmentsOf } from '@truyvet/message-gateway';
import { assertWithSeeds } from '../support/seeds.js';

/** Every character below U+2200 that the program considers GSM-7. */
const gsm = Array.from({ length: 0x2200 }, (_, i) => String.fromCharCode(i)).filter(
  (each) => segmentsOf(each).encoding === 'gsm7',
);

describe('the GSM alphabet', () => {
  it('has 127 characters of one septet and 10 of two', () => {
    expect(gsm).toHaveLength(137);
    expect(gsm.filter((each) => segmentsOf(each).units === 2).join('')).toBe('\f[\\]^{|}~€');
  });

  it('is written over SMPP in as many octets as are counted, and read back unchanged', () =>
    assertWithSeeds(
      fc.property(fc.string({ unit: fc.constantFrom(...gsm), maxLength: 200 }), (text) => {
        const bytes = smpp.encodings.ASCII.encode(text);
        expect(bytes).toHaveLength(segmentsOf(text).units);
        expect(smpp.encodings.ASCII.decode(bytes)).toBe(text);
      }),
    ));
});
