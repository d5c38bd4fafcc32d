import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomFrom } from '../../../src/entrypoints/demo/city.js';
import { ratioOfMedians, type Pair } from '../../bench/ratio.js';

const times = fc.double({ min: 0.1, max: 10_000, noNaN: true });
const pairs = fc.array(fc.record({ ours: fc.array(times, { minLength: 1, maxLength: 3 }), theirs: fc.array(times, { minLength: 1, maxLength: 3 }) }), { minLength: 1, maxLength: 20 }); // prettier-ignore

describe('The ratio of two builds', () => {
  it('is 1 for a build compared with itself, whatever it took', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 20 }), (took) => {
        const same = took.map((ms): Pair => ({ ours: [ms], theirs: [ms] }));
        expect(ratioOfMedians(same)).toEqual({ ratio: 1, from: 1, until: 1 });
      }),
      { numRuns: 5 },
    );
  });

  it('does not depend on how fast the machine is, and is within its interval', () => {
    fc.assert(
      fc.property(pairs, (took) => {
        const { ratio, from, until } = ratioOfMedians(took);
        expect(from).toBeLessThanOrEqual(until);
        // On a machine with half the speed, everything takes twice as long.
        const slower = took.map(({ ours, theirs }) => ({ ours: ours.map(twice), theirs: theirs.map(twice) }));
        expect(ratioOfMedians(slower)).toEqual({ ratio, from, until });
      }),
      { numRuns: 5 },
    );
  });

  it('is found despite noise, and its interval does not report noise as a difference', () => {
    const random = randomFrom(5);
    const noisy = (ms: number) => ms * (0.8 + 0.4 * random());
    const made = (faster: number) =>
      Array.from({ length: 40 }, (_, i): Pair => {
        const ms = 20 + i;
        return { ours: [noisy(ms * faster), noisy(ms * faster)], theirs: [noisy(ms), noisy(ms)] };
      });
    const half = ratioOfMedians(made(0.5));
    expect(half.ratio).toBeCloseTo(0.5, 1);
    expect(half.until).toBeLessThan(0.65);
    const equal = ratioOfMedians(made(1));
    expect(equal.from).toBeLessThan(1);
    expect(equal.until).toBeGreaterThan(1);
  });
});

const twice = (ms: number) => ms * 2;
