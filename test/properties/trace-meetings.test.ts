import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Meetings, unionLength } from '../../src/trace/meetings.js';
import { Roles } from '../../src/trace/roles.js';

const stretch = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]): [number, number] => [from, from + length]);

/** Second by second. */
function naiveLength(stretches: readonly [number, number][]): number {
  const met = new Set<number>();
  for (const [from, to] of stretches) for (let second = from; second < to; second++) met.add(second);
  return met.size;
}

describe('Time met', () => {
  it('is the length of the union of all stretches', () => {
    fc.assert(
      fc.property(fc.array(stretch), (stretches) => {
        expect(unionLength([...stretches])).toBe(naiveLength(stretches));
      }),
    );
  });

  it('adds up for each pair alone, in whatever order its stretches come', () => {
    const added = fc.record({
      first: fc.constantFrom(0, 1, 0xffff_ffff),
      second: fc.constantFrom(0, 1, 2, 0x8000_0000),
      stretch,
    });
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60, size: 'max' }), (all) => {
        const meetings = new Meetings();
        const expected = new Map<string, [number, number][]>();
        for (const { first, second, stretch: each } of all) {
          meetings.add(first, second, each[0], each[1]);
          const pair = `${first} and ${second}`;
          expected.set(pair, [...(expected.get(pair) ?? []), each]);
        }
        const found = new Map<string, { begin: number; seconds: number }>();
        meetings.forEach((first, second, begin, seconds) => found.set(`${first} and ${second}`, { begin, seconds }));
        expect(found).toEqual(
          new Map(
            [...expected].map(([pair, stretches]) => [
              pair,
              { begin: Math.min(...stretches.map(([from]) => from)), seconds: naiveLength(stretches) },
            ]),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps a hundred thousand pairs apart', () => {
    const meetings = new Meetings();
    for (let pair = 0; pair < 100_000; pair++) meetings.add(pair % 400, pair, pair, pair + 1 + (pair % 7));
    for (let pair = 0; pair < 100_000; pair++) meetings.add(pair % 400, pair, pair, pair + 2);
    let pairs = 0;
    meetings.forEach((first, second, begin, seconds) => {
      pairs++;
      if (first !== second % 400 || begin !== second || seconds !== Math.max(2, 1 + (second % 7))) {
        throw new Error(`pair ${first}, ${second} met from ${begin} for ${seconds}`);
      }
    });
    expect(pairs).toBe(100_000);
  });
});

describe('Roles', () => {
  it('are remembered for those who have one and none for the rest', () => {
    const number = fc.oneof(fc.nat(10), fc.constantFrom(65_535, 65_536, 131_071, 0x0fff_ffff), fc.nat(0x0fff_ffff));
    fc.assert(
      fc.property(fc.array(fc.tuple(number, fc.integer({ min: -1, max: 9 }))), fc.array(number), (set, asked) => {
        const roles = new Roles();
        const expected = new Map(set);
        for (const [person, role] of set) roles.set(person, role);
        for (const person of [...expected.keys(), ...asked]) expect(roles.get(person)).toBe(expected.get(person) ?? 0);
      }),
      // Pages of a quarter of a megabyte each: few runs are enough.
      { numRuns: 50 },
    );
  });
});
