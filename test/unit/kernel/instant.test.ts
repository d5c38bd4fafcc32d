import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, LATEST_INSTANT, readInstant } from '../../../src/kernel/instant.js';
import { seeded } from '../../support/sizes.js';

describe('An instant', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LATEST_INSTANT }), (instant) => {
        expect(readInstant(formatInstant(instant))).toBe(instant);
      }),
      seeded(2_000),
    );
  });

  it('in any other form is what the standard library reads', () => {
    const two = fc.integer({ min: 0, max: 99 }).map((value) => String(value).padStart(2, '0'));
    const odd = fc.constantFrom('2021', '1969', '0000', '2024', '21', 'xxxx', '2O21');
    const like = fc
      .tuple(
        odd,
        two,
        fc.constantFrom('01', '28', '29', '30', '31', '00', ' 1'),
        two,
        two,
        two,
        fc.constantFrom('Z', ''),
      )
      .map(([y, m, d, h, min, s, z]) => `${y}-${m}-${d}T${h}:${min}:${s}${z}`);
    fc.assert(
      fc.property(
        fc.oneof(
          like,
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        (text) => {
          expect(readInstant(text)).toBe(Date.parse(text) / 1000);
        },
      ),
      seeded(2_000),
    );
    const months = Array.from({ length: 14 }, (_, month) => `2023-${String(month).padStart(2, '0')}`);
    for (const month of months) {
      for (const day of ['00', '01', '28', '29', '30', '31', '32']) {
        for (const time of ['00:00:00', '23:59:59', '24:00:00', '23:60:00', '23:59:60']) {
          const text = `${month}-${day}T${time}Z`;
          expect({ text, read: readInstant(text) }).toEqual({ text, read: Date.parse(text) / 1000 });
        }
      }
    }
  });
});
