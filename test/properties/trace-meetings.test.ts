import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Meetings, union } from '../../src/tracing/meetings.js';
import { Roles } from '../../src/tracing/roles.js';
import { runs, seeded } from '../support/sizes.js';

const stretch = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([from, length]): [number, number] => [from, from + length]);

const ANYTHING = { minimum: 1, within: null };

/** Counts second by second. */
function naiveLength(stretches: readonly [number, number][]): number {
  const met = new Set<number>();
  for (const [from, to] of stretches) for (let second = from; second < to; second++) met.add(second);
  return met.size;
}

describe('Time of meetings', () => {
  it('is the length of the union of all stretches', () => {
    fc.assert(
      fc.property(fc.array(stretch), (stretches) => {
        const length = union(stretches.map(([from, to]) => [from, to])).reduce((sum, [from, to]) => sum + to - from, 0);
        expect(length).toBe(naiveLength(stretches));
      }),
    );
  });

  it('adds up for each person separately, whatever the order of the stretches', () => {
    const IGNORED = 2;
    const added = fc.record({ other: fc.constantFrom(0, 1, IGNORED, 0x8000_0000, 0xffff_ffff), stretch });
    const meetings = new Meetings((other) => other !== IGNORED);
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60, size: 'max' }), (all) => {
        meetings.clear();
        const expected = new Map<number, [number, number][]>();
        for (const { other, stretch: each } of all) {
          meetings.add(other, each[0] + 1, each[1] + 1);
          if (other !== IGNORED) expected.set(other, [...(expected.get(other) ?? []), each]);
        }
        const found = new Map<number, { begin: number; seconds: number }>();
        meetings.forEach(ANYTHING, (other, begin, seconds) => found.set(other, { begin: begin - 1, seconds }));
        expect(found).toEqual(
          new Map(
            [...expected].map(([other, stretches]) => [
              other,
              { begin: Math.min(...stretches.map(([from]) => from)), seconds: naiveLength(stretches) },
            ]),
          ),
        );
      }),
      seeded(runs(150)),
    );
  });

  it('keeps a hundred thousand people separate', () => {
    const meetings = new Meetings();
    for (let other = 0; other < 100_000; other++) meetings.add(other, other + 1, other + 2 + (other % 7));
    for (let other = 0; other < 100_000; other++) meetings.add(other, other + 1, other + 3);
    let people = 0;
    meetings.forEach(ANYTHING, (other, begin, seconds) => {
      people++;
      if (begin !== other + 1 || seconds !== Math.max(2, 1 + (other % 7))) {
        throw new Error(`${other} was met from ${begin} for ${seconds}`);
      }
    });
    expect(people).toBe(100_000);
  });
});

describe('Roles', () => {
  it('are stored for those who have one and none for the rest', () => {
    const number = fc.oneof(fc.nat(10), fc.constantFrom(65_535, 65_536, 131_071, 0x0fff_ffff), fc.nat(0x0fff_ffff));
    const role = fc.integer({ min: -1, max: 9 }).filter((each) => each !== 0);
    fc.assert(
      fc.property(fc.array(fc.tuple(number, role)), fc.array(number), (set, asked) => {
        const roles = new Roles();
        const expected = new Map(set);
        for (const [person, role] of set) roles.set(person, role);
        for (const person of [...expected.keys(), ...asked]) expect(roles.get(person)).toBe(expected.get(person) ?? 0);
      }),
    );
  });

  it('are kept separate for a hundred thousand people', () => {
    const roles = new Roles();
    for (let person = 0; person < 100_000; person++) roles.set(person * 3, person + 1);
    for (let person = 0; person < 100_000; person++) {
      if (roles.get(person * 3) !== person + 1 || roles.get(person * 3 + 1) !== 0) throw new Error(`of ${person}`);
    }
  });
});
