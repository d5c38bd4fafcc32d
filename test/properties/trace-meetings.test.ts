import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Meetings, union } from '../../src/tracing/meetings.js';
import { Reached, SOURCES_KEPT } from '../../src/tracing/reached.js';
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
    const added = fc.record({ other: fc.constantFrom(0, 1, 2, 5_000, 70_000), stretch });
    const meetings = new Meetings();
    fc.assert(
      fc.property(fc.array(added, { maxLength: 60, size: 'max' }), fc.boolean(), (all, inOrder) => {
        meetings.clear();
        if (inOrder) all.sort((a, b) => a.stretch[0] - b.stretch[0]);
        const expected = new Map<number, [number, number][]>();
        for (const { other, stretch: each } of all) {
          meetings.add(other, each[0] + 1, each[1] + 1);
          expected.set(other, [...(expected.get(other) ?? []), each]);
        }
        const found = new Map<number, { begin: number; seconds: number; end: number }>();
        meetings.forEach(ANYTHING, (other, begin, seconds, end) =>
          found.set(other, { begin: begin - 1, seconds, end: end - 1 }),
        );
        expect(found).toEqual(
          new Map(
            [...expected].map(([other, stretches]) => [
              other,
              {
                begin: Math.min(...stretches.map(([from]) => from)),
                seconds: naiveLength(stretches),
                end: Math.max(...stretches.map(([, to]) => to)),
              },
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

describe('The people who are reached', () => {
  it('are those who count, each with the first and last instant, the longest time, and the sources in order', () => {
    const person = fc.oneof(fc.nat(4), fc.constantFrom(63, 64, 65_535, 65_536, 20_000_001));
    const pair = fc.record({ person, first: fc.nat(50), seconds: fc.nat(50), last: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(fc.array(pair, { maxLength: 8 }), { maxLength: 130, size: 'max' }), (bySource) => {
        const asked: number[] = [];
        const reached = new Reached((number) => {
          asked.push(number);
          return number % 3 !== 0;
        });
        const expected = new Map<number, { first: number; seconds: number; last: number; sources: number[] }>();
        bySource.forEach((pairs, source) => {
          const each = new Map(pairs.map((one) => [one.person, one]));
          for (const { person: number, first, seconds, last } of each.values()) {
            const index = reached.indexOf(number);
            expect(index >= 0).toBe(number % 3 !== 0);
            if (index < 0) continue;
            expect(reached.numberOf(index)).toBe(number);
            reached.add(source, index, first, seconds, last);
            const before = expected.get(number);
            expected.set(number, {
              first: Math.min(first, before?.first ?? first),
              seconds: Math.max(seconds, before?.seconds ?? 0),
              last: Math.max(last, before?.last ?? 0),
              sources: [...(before?.sources ?? []), source].slice(0, SOURCES_KEPT),
            });
          }
        });
        const found = reached.map((number, first, seconds, last, sources, begin, end): [number, unknown] => [
          number,
          { first, seconds, last, sources: [...sources.subarray(begin, end)] },
        ]);
        expect(new Map(found)).toEqual(expected);
        expect(found).toHaveLength(expected.size);
        expect(asked).toEqual([...new Set(asked)]);
      }),
      seeded(runs(100)),
    );
  });

  it('do not include those who were seen but not met, however many', () => {
    const reached = new Reached(() => true);
    for (let person = 0; person < 100_000; person++) reached.indexOf(person * 3);
    for (let person = 0; person < 100_000; person += 5) reached.add(person, reached.indexOf(person * 3), 1, 1, 2);
    const found = reached.map((number, _first, _seconds, _last, sources, begin) => [number, sources[begin]]);
    expect(found).toEqual(Array.from({ length: 20_000 }, (_, i) => [i * 15, i * 5]));
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
