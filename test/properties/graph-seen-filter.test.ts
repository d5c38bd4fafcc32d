import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SeenFilter } from '../../src/contact-graph/seen-filter.js';
import { numberOfKey, visitKeyOf } from '../../src/contact-graph/visit-key.js';
import { idOf } from '../../src/kernel/ids.js';
import { runs, seeded } from '../support/sizes.js';

const number = fc.integer({ min: 0, max: 0xffff_ffff });

describe('The filter of visits seen', () => {
  it('never denies what was added, however many layers it has, or how much more than they have room for', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(number, fc.nat(100)), { maxLength: 2_000, size: 'max' }), (added) => {
        // The smallest first layer has room for eight, and the largest here for 64.
        const filter = new SeenFilter(8, 11);
        let atOnce = true;
        for (const each of added) {
          filter.add(each);
          atOnce &&= filter.has(each);
        }
        expect(atOnce).toBe(true);
        expect(added.every((each) => filter.has(each))).toBe(true);
      }),
      seeded(runs(20)),
    );
  });

  it('confirms few numbers that were never added, random or consecutive', () => {
    const filter = new SeenFilter(16);
    for (let i = 0; i < 2_048; i++) filter.add(i);
    let wrong = 0;
    for (let i = 0; i < 20_000; i++) if (filter.has(1_000_000 + i)) wrong++;
    expect(wrong).toBeLessThan(20_000 / 20);
  });

  it('has a size that does not depend on how much was added, and then confirms more that never was', () => {
    const filter = new SeenFilter(8, 16);
    for (let i = 0; i < 20_000; i++) filter.add(i);
    let wrong = 0;
    for (let i = 0; i < 20_000; i++) if (filter.has(1_000_000 + i)) wrong++;
    // Of the largest layer's 65,536 bits, those of 20,000 numbers are a fourth.
    expect(wrong / 20_000).toBeGreaterThan(0.2);
    expect(wrong / 20_000).toBeLessThan(0.35);
  });
});

describe('The key of a visit', () => {
  it('is a whole number that doubles represent exactly, with the packed number in its lower 32 bits', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uuid(),
          fc.nat().map((n) => idOf('visit', String(n))),
        ),
        (id) => {
          const { key, number: packed } = visitKeyOf(id);
          expect(Number.isSafeInteger(key)).toBe(true);
          expect(key).toBeGreaterThanOrEqual(0);
          expect(numberOfKey(key)).toBe(packed);
          expect(packed).toBeLessThan(2 ** 32);
          expect(visitKeyOf(id)).toEqual({ key, number: packed });
        },
      ),
    );
  });

  it('differs from visit to visit', () => {
    const keys = new Set(Array.from({ length: 20_000 }, (_, i) => visitKeyOf(idOf('visit', 'cli', String(i))).key));
    expect(keys.size).toBe(20_000);
  });
});
