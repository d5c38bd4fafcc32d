import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CaseFacts, CaseLink, StayFacts } from '../../src/graph/question-ports.js';
import { clustersOf } from '../../src/questions/clusters.js';
import { sharedPlaces, type CaseVisit } from '../../src/questions/common.js';
import { descent, reproduction } from '../../src/questions/generations.js';
import { joined, secondsOf, sharedStays } from '../../src/questions/meetings.js';

const DAY = 86_400;
const START = 18_840 * DAY;
const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const caseOf = (caseId: string, day: number): CaseFacts => ({
  caseId,
  personId: `person ${caseId}`,
  disease: 'covid-19',
  status: 'live',
  from: START + (day - 3) * DAY,
  until: null,
  anchor: START + day * DAY,
});
const link = (caseId: string, sourceId: string, day: number, minutes = 10): CaseLink => ({
  caseId,
  sourceId,
  first: START + day * DAY,
  minutes,
});

const cases = fc
  .array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: IDS.length })
  .map((days) => days.map((day, i) => caseOf(IDS[i] ?? '', day)));
const links = fc.array(
  fc
    .record({
      pair: fc.uniqueArray(fc.constantFrom(...IDS), { minLength: 2, maxLength: 2 }),
      day: fc.integer({ min: 0, max: 8 }),
      minutes: fc.nat(60),
    })
    .map(({ pair: [one, other], day, minutes }) => link(one as string, other as string, day, minutes)),
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

/** Links among cases that are there. */
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
  it('are the cases between which a way leads over exposures and shared days at a place, and no others', () => {
    let large = 0;
    fc.assert(
      fc.property(cases, links, stays, (all, found, where) => {
        const real = among(all, found);
        const touch = (one: CaseFacts, other: CaseFacts) =>
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
        // Each case takes the least name that it can hear of, as often as names can still travel.
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
        const clusters = clustersOf(all, real, where);
        expect(
          clusters
            .map((each) =>
              each.cases
                .map(({ id }) => id)
                .sort()
                .join(),
            )
            .sort(),
        ).toEqual(expected.sort());
        expect(clusters.map(({ size }) => size)).toEqual(clusters.map(({ size }) => size).sort((a, b) => b - a));
        large += clusters.filter(({ size }) => size > 2).length;
      }),
      { numRuns: 1_000 },
    );
    expect(large).toBeGreaterThan(100);
  });

  it('tell how many of them were at a place, and on how many days', () => {
    const at = (id: string, day: number): StayFacts => ({
      personId: `person ${id}`,
      placeId: 'cafe',
      from: START + day * DAY,
      to: START + day * DAY + 60,
      open: false,
    });
    const all = ['a', 'b', 'c'].map((id) => caseOf(id, 5));
    const [cluster, ...others] = clustersOf(all, [], [at('a', 1), at('b', 1), at('a', 2), at('c', 2), at('c', 3)]);
    expect(cluster).toMatchObject({ size: 3, exposures: 0, places: [{ place: 'cafe', cases: 3, days: 2 }] });
    expect(others).toEqual([]);
  });
});

describe('The generations of a case', () => {
  it('count nobody twice, and everybody one generation after a case that was met before', () => {
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
        // Whoever was exposed to one of them and fell ill later is one of them.
        for (const { caseId, sourceId, first } of among(all, found)) {
          const ill = all.find((each) => each.caseId === caseId)?.anchor ?? 0;
          if (ids.includes(sourceId) && first < ill) expect(ids).toContain(caseId);
        }
        expect(chain.reduce((sum, { secondary }) => sum + secondary, 0)).toBe(chain.length - 1);
        if (chain.some(({ generation }) => generation > 1)) deep++;
      }),
      { numRuns: 1_000 },
    );
    expect(deep).toBeGreaterThan(50);
  });

  it('attribute a case that two could have infected to the one that it met longest', () => {
    const all = [caseOf('a', 0), caseOf('b', 4), caseOf('c', 4), caseOf('d', 9)];
    const chain = descent(all, [link('b', 'a', 1), link('c', 'a', 1), link('d', 'b', 5, 20), link('d', 'c', 5, 90)]);
    expect(chain.map(({ generation, link: by, secondary }) => [generation, by?.sourceId, secondary])).toEqual([
      [0, undefined, 2],
      [1, 'a', 0],
      [1, 'a', 1],
      [2, 'c', 0],
    ]);
  });

  it('give a mean of secondary cases in which those too young to have any have no part', () => {
    const all = [caseOf('a', 0), caseOf('b', 4), caseOf('c', 20)];
    const chain = descent(all, [link('b', 'a', 1), link('c', 'a', 2)]);
    expect(reproduction(chain, START + 10 * DAY)).toEqual({ number: 1, counted: 2, young: 1 });
    expect(reproduction(chain, START + 30 * DAY)).toEqual({ number: 0.67, counted: 3, young: 0 });
    expect(reproduction(chain, START - DAY)).toEqual({ number: null, counted: 0, young: 3 });
  });
});

describe('Places of several cases', () => {
  it('come in the order of how many cases were there, then of how long; what one case visited alone is left out', () => {
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

  it('are where two stays overlap inside the window; touching ends are none', () => {
    const own = [at('An', 'cafe', 0, 100, true), at('An', 'pool', 200, 300)];
    const others = [at('Binh', 'cafe', 50, 150), at('Binh', 'cafe', 100, 200), at('Binh', 'pool', 300, 400)];
    expect(sharedStays(own, others)).toEqual([{ place: 'cafe', from: 50, to: 100, imputed: ['An'] }]);
    expect(sharedStays(own, others, 60, 70)).toEqual([{ place: 'cafe', from: 60, to: 70, imputed: ['An'] }]);
    expect(sharedStays(own, others, 100, 700)).toEqual([]);
  });

  it('that midnight cuts are one again, and those of phones stay apart', () => {
    const meeting = (place: string | null, from: number, to: number) => ({ place, from, to, imputed: [] });
    expect(
      joined([meeting('ward', DAY, 2 * DAY), meeting('ward', 100, DAY), meeting('bus', 2 * DAY, 3 * DAY)]),
    ).toEqual([meeting('ward', 100, 2 * DAY), meeting('bus', 2 * DAY, 3 * DAY)]);
    expect(joined([meeting(null, 0, 10), meeting(null, 10, 20)])).toHaveLength(2);
  });

  it('count a minute once that two of them share', () => {
    expect(
      secondsOf([
        { from: 50, to: 150 },
        { from: 0, to: 100 },
        { from: 60, to: 70 },
        { from: 200, to: 210 },
      ]),
    ).toBe(160);
  });
});
