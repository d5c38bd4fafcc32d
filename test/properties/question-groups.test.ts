import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CaseFacts, CaseLink, StayFacts } from '../../src/investigation/question-ports.js';
import { calendarOf } from '../../src/platform/calendar.js';
import { illnessesOf } from '../../src/investigation/cases.js';
import { clustersOf } from '../../src/investigation/clusters.js';
import { sharedPlaces, type CaseVisit } from '../../src/investigation/common.js';
import { chainOf, descent, reproduction } from '../../src/investigation/generations.js';
import { joined, secondsOf, sharedStays, withoutOverlaps } from '../../src/investigation/meetings.js';
import { runs, seeded } from '../support/sizes.js';

const DAY = 86_400;
const START = 18_840 * DAY;
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const caseOf = (caseId: string, day: number): CaseFacts => ({
  caseId,
  personId: `person ${caseId}`,
  records: [],
  disease: 'covid-19',
  status: 'live',
  from: START + (day - 3) * DAY,
  until: null,
  anchor: START + day * DAY,
});
const link = (caseId: string, sourceId: string, day: number, minutes = 10, lastDay = day): CaseLink => ({
  caseId,
  sourceId,
  first: START + day * DAY,
  last: START + lastDay * DAY + 3600,
  minutes,
});

const cases = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: IDS.length })
  .map((days) => days.map((day, i) => caseOf(IDS[i] ?? '', day)));
/** Cases, some of which are of one person. */
const casesOfPeople = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.constantFrom(...IDS)), { minLength: 1, maxLength: IDS.length })
  .map((drawn) => drawn.map(([day, of], i) => ({ ...caseOf(IDS[i] ?? '', day), personId: `person ${of}` })));
const links = fc.array(
  fc
    .record({
      pair: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 2, maxLength: 2 }),
      day: fc.integer({ min: 0, max: 8 }),
      minutes: fc.nat(60),
      days: fc.constantFrom(0, 3, 12, 12),
    })
    .map(({ pair: [one, other], day, days, minutes }) =>
      link(one as string, other as string, day, minutes, day + days),
    ),
  { maxLength: 20, size: 'max' },
);
const stays = fc.array(
  fc
    .record({
      id: fc.constantFrom(...IDS),
      placeId: fc.constantFrom('cafe', 'pool'),
      hour: fc.integer({ min: 0, max: 72 }),
      hours: fc.integer({ min: 1, max: 30 }),
    })
    .map(({ id, placeId, hour, hours }): StayFacts => ({
      personId: `person ${id}`,
      placeId,
      from: START + hour * 3600,
      to: START + (hour + hours) * 3600,
      open: false,
    })),
  { maxLength: 8 },
);

/** Links between existing cases. */
const among = (all: readonly CaseFacts[], found: readonly CaseLink[]) => {
  const known = new Set(all.map(({ caseId }) => caseId));
  return found.filter(({ caseId, sourceId }) => known.has(caseId) && known.has(sourceId));
};

function daysOf({ from, to }: StayFacts): number[] {
  const days: number[] = [];
  for (let day = Math.floor(from / DAY); day * DAY < to; day++) days.push(day);
  return days;
}

describe('Clusters', () => {
  it('are exactly the cases that exposures and shared days at a place connect', () => {
    let large = 0;
    fc.assert(
      fc.property(casesOfPeople, links, stays, (all, found, where) => {
        const real = among(all, found);
        const touch = (one: CaseFacts, other: CaseFacts) =>
          one.personId === other.personId ||
          real.some(({ caseId, sourceId }) =>
            [caseId, sourceId].every((id) => id === one.caseId || id === other.caseId),
          ) ||
          where.some(
            (own) =>
              own.personId === one.personId &&
              where.some(
                (theirs) =>
                  theirs.personId === other.personId &&
                  theirs.placeId === own.placeId &&
                  daysOf(theirs).some((day) => daysOf(own).includes(day)),
              ),
          );
        // Each case takes the smallest name that it can reach, repeated as long as names can still spread.
        const names = new Map(all.map(({ caseId }) => [caseId, caseId]));
        for (let round = 0; round < all.length; round++) {
          for (const one of all) {
            for (const other of all) {
              if (one === other || !touch(one, other)) continue;
              const least = [names.get(one.caseId) ?? '', names.get(other.caseId) ?? ''].sort()[0] ?? '';
              names.set(one.caseId, least).set(other.caseId, least);
            }
          }
        }
        const expected = [...new Set(names.values())].map((name) =>
          all
            .filter(({ caseId }) => names.get(caseId) === name)
            .map(({ caseId }) => caseId)
            .sort()
            .join(),
        );
        const clusters = clustersOf(all, real, where, calendarOf('UTC'));
        expect(
          clusters
            .map((each) =>
              each.cases
                .flatMap(({ id, also }) => [id, ...also])
                .sort()
                .join(),
            )
            .sort(),
        ).toEqual(expected.sort());
        // People are counted once each, and what two cases of one person have in common does not count.
        const people = clusters.map((each) => each.cases.map(({ person }) => person));
        expect(people.map((each) => new Set(each).size)).toEqual(clusters.map(({ size }) => size));
        expect(people.flat().sort()).toEqual([...new Set(all.map(({ personId }) => personId))].sort());
        for (const { size, places, exposures } of clusters) {
          if (size === 1) expect([places, exposures]).toEqual([[], 0]);
          for (const { cases: there } of places) expect(there).toBeLessThanOrEqual(size);
        }
        expect(clusters.map(({ size }) => size)).toEqual(clusters.map(({ size }) => size).sort((a, b) => b - a));
        large += clusters.filter(({ size }) => size > 2).length;
      }),
      seeded(runs(250)),
    );
    expect(large).toBeGreaterThan(runs(25));
  });

  it('show how many of them were at a place, and on how many days', () => {
    const at = (id: string, day: number): StayFacts => ({
      personId: `person ${id}`,
      placeId: 'cafe',
      from: START + day * DAY,
      to: START + day * DAY + 60,
      open: false,
    });
    const all = ['a', 'b', 'c'].map((id) => caseOf(id, 5));
    const stayed = [at('a', 1), at('b', 1), at('a', 2), at('c', 2), at('c', 3)];
    const [cluster, ...others] = clustersOf(all, [], stayed, calendarOf('UTC'));
    expect(cluster).toMatchObject({ size: 3, exposures: 0, places: [{ place: 'cafe', cases: 3, days: 2 }] });
    expect(others).toEqual([]);
  });
});

describe('Clusters in a zone', () => {
  it('count one day as the zone does', () => {
    const at = (id: string, instant: string): StayFacts => {
      const from = Date.parse(instant) / 1000;
      return { personId: `person ${id}`, placeId: 'market', from, to: from + 600, open: false };
    };
    const stayed = [
      at('a', '2021-06-10T06:10:00+07:00'),
      at('b', '2021-06-10T07:20:00+07:00'),
      at('c', '2021-06-11T06:10:00+07:00'),
    ];
    const found = clustersOf(
      ['a', 'b', 'c'].map((id) => caseOf(id, 5)),
      [],
      stayed,
      calendarOf('Asia/Ho_Chi_Minh'),
    );
    expect(found.map(({ cases: own }) => own.map(({ person }) => person))).toEqual([
      ['person a', 'person b'],
      ['person c'],
    ]);
  });
});

describe('The generations of a case', () => {
  it('count nobody twice, and everybody one generation after a case that they met before', () => {
    let deep = 0;
    fc.assert(
      fc.property(cases, links, (all, found) => {
        const chain = descent(all, among(all, found));
        const ids = chain.map(({ case: { caseId } }) => caseId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { generation, case: own, link: by } of chain) {
          if (generation === 0) continue;
          const source = chain.find(({ case: { caseId } }) => caseId === by?.sourceId);
          expect(source?.generation).toBe(generation - 1);
          expect(by?.first).toBeLessThan(own.anchor ?? 0);
        }
        // A contact of one of them who fell ill later belongs to them.
        // The time at which each is infected along the whole path to it.
        const since = new Map(chain.map((each) => [each.case.caseId, each.received]));
        for (const { case: own, link: by } of chain) {
          if (by) expect(since.get(own.caseId)).toBe(Math.max(by.first, since.get(by.sourceId) ?? NaN));
          if (by) expect(by.last).toBeGreaterThan(since.get(by.sourceId) ?? NaN);
        }
        for (const { caseId, sourceId, first, last } of among(all, found)) {
          const ill = all.find((each) => each.caseId === caseId)?.anchor ?? 0;
          const had = since.get(sourceId) ?? Infinity;
          if (last > had && Math.max(first, had) < ill) expect(ids).toContain(caseId);
        }
        expect(chain.reduce((sum, { secondary }) => sum + secondary, 0)).toBe(chain.length - 1);
        if (chain.some(({ generation }) => generation > 1)) deep++;
      }),
      seeded(runs(250)),
    );
    expect(deep).toBeGreaterThan(runs(8));
  });

  it('count an illness of two cases once, and a person who fell ill again twice', () => {
    const all = [caseOf('a', 0), caseOf('b', 4), caseOf('c', 5), caseOf('d', 9), caseOf('e', 300)];
    const of = (id: string) => all.find(({ caseId }) => caseId === id) as CaseFacts;
    // b, c and e are cases of one person.
    for (const id of ['c', 'e']) of(id).personId = 'person b';
    const illnesses = illnessesOf(all, (at) => at + 90 * DAY);
    expect(illnesses.map((each) => each.map(({ caseId }) => caseId))).toEqual([['a'], ['b', 'c'], ['d'], ['e']]);
    const found = [link('b', 'a', 1), link('c', 'a', 1), link('d', 'b', 6), link('d', 'c', 6, 90), link('e', 'd', 290)];
    const chain = chainOf(illnesses, of('a'), found);
    expect(chain.map(({ generation, case: { caseId }, link: by }) => [generation, caseId, by?.sourceId])).toEqual([
      [0, 'a', undefined],
      [1, 'b', 'a'],
      [2, 'd', 'b'],
      [3, 'e', 'd'],
    ]);
    // The chain of an illness follows the requested case.
    const own = chainOf([['b', 'c'].map(of), [of('d')]], of('c'), found);
    expect(own.map(({ case: { caseId }, secondary }) => [caseId, secondary])).toEqual([
      ['c', 1],
      ['d', 0],
    ]);
  });

  it('do not pass through a person who met one before falling ill from the other', () => {
    // a met b, and two days later c, who had been ill first.
    const all = [caseOf('c', 9), caseOf('a', 11), caseOf('b', 12)];
    const found = [link('b', 'a', 8), link('a', 'b', 8), link('a', 'c', 10)];
    const chain = descent(all, found);
    expect(chain.map(({ case: { caseId } }) => caseId)).toEqual(['c', 'a']);
    expect(reproduction(chain, START + 30 * DAY)).toMatchObject({ number: 0.5 });
    // If they had met again since, the infection could have been passed on then.
    const again = descent(all, [link('b', 'a', 8, 10, 11), link('a', 'c', 10)]);
    expect(again.map(({ case: { caseId } }) => caseId)).toEqual(['c', 'a', 'b']);
  });

  it('attribute a case that two could have infected to the one that it met for longest', () => {
    const all = [caseOf('a', 0), caseOf('b', 4), caseOf('c', 4), caseOf('d', 9)];
    const chain = descent(all, [link('b', 'a', 1), link('c', 'a', 1), link('d', 'b', 5, 20), link('d', 'c', 5, 90)]);
    expect(chain.map(({ generation, link: by, secondary }) => [generation, by?.sourceId, secondary])).toEqual([
      [0, undefined, 2],
      [1, 'a', 0],
      [1, 'a', 1],
      [2, 'c', 0],
    ]);
  });

  it('give a mean of secondary cases without cases that are too recent to have any', () => {
    const all = [caseOf('a', 0), caseOf('b', 4), caseOf('c', 20)];
    const chain = descent(all, [link('b', 'a', 1), link('c', 'a', 2)]);
    expect(reproduction(chain, START + 10 * DAY)).toEqual({ number: 1, counted: 2, young: 1 });
    expect(reproduction(chain, START + 30 * DAY)).toEqual({ number: 0.67, counted: 3, young: 0 });
    expect(reproduction(chain, START - DAY)).toEqual({ number: null, counted: 0, young: 3 });
  });
});

describe('Places of several cases', () => {
  it('come in the order of how many cases were there, then for how long; places of only one case are left out', () => {
    const visit = (caseId: string, placeId: string, hours: number): CaseVisit => ({
      caseId,
      personId: `person ${caseId}`,
      placeId,
      from: START,
      to: START + hours * 3600,
      open: false,
    });
    const visits = [
      ...[visit('a', 'home', 10), visit('a', 'home', 11)],
      ...[visit('a', 'cafe', 1), visit('b', 'cafe', 1)],
      ...[visit('a', 'pool', 2), visit('c', 'pool', 1)],
      ...[visit('a', 'bus', 1), visit('b', 'bus', 0.1), visit('c', 'bus', 0.1)],
    ];
    expect(sharedPlaces(visits).map(({ place, cases: there, minutes }) => [place, there.length, minutes])).toEqual([
      ['bus', 3, 72],
      ['pool', 2, 180],
      ['cafe', 2, 120],
    ]);
  });
});

describe('Meetings at places', () => {
  const at = (personId: string, placeId: string, from: number, to: number, open = false): StayFacts => ({
    personId,
    placeId,
    from,
    to,
    open,
  });

  it('are where two stays overlap within the window; touching ends do not count', () => {
    const own = [at('An', 'cafe', 0, 100, true), at('An', 'pool', 200, 300)];
    const others = [at('Binh', 'cafe', 50, 150), at('Binh', 'cafe', 100, 200), at('Binh', 'pool', 300, 400)];
    expect(sharedStays(own, others)).toEqual([{ place: 'cafe', from: 50, to: 100, imputed: ['An'] }]);
    expect(sharedStays(own, others, 60, 70)).toEqual([{ place: 'cafe', from: 60, to: 70, imputed: ['An'] }]);
    expect(sharedStays(own, others, 100, 700)).toEqual([]);
  });

  it('across midnight are one, and those of phones stay separate', () => {
    const meeting = (place: string | null, from: number, to: number) => ({ place, from, to, imputed: [] });
    expect(
      joined([meeting('ward', DAY, 2 * DAY), meeting('ward', 100, DAY), meeting('bus', 2 * DAY, 3 * DAY)]),
    ).toEqual([meeting('ward', 100, 2 * DAY), meeting('bus', 2 * DAY, 3 * DAY)]);
    expect(joined([meeting(null, 0, 10), meeting(null, 10, 20)])).toHaveLength(2);
  });

  it('count a shared minute once', () => {
    expect(
      secondsOf([
        { from: 50, to: 150 },
        { from: 0, to: 100 },
        { from: 60, to: 70 },
        { from: 200, to: 210 },
      ]),
    ).toBe(160);
  });

  it('that overlap in time count no more than the time', () => {
    const met = [
      { from: 0, to: 100 },
      { from: 20, to: 50 },
      { from: 50, to: 150 },
      { from: 150, to: 160 },
    ];
    expect(withoutOverlaps(met)).toEqual([
      { from: 0, to: 100 },
      { from: 100, to: 150 },
      { from: 150, to: 160 },
    ]);
  });
});
