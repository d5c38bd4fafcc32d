import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { freeStretches } from '../../src/people/isolation.js';
import { trace } from '../../src/tracing/engine.js';
import { SOURCES_KEPT } from '../../src/tracing/reached.js';
import { graphOf } from '../oracle/array-graph.js';
import { expectedContacts, type Question, type World } from '../oracle/oracle.js';
import { answerOf, inputOf, MIDNIGHT, PLAIN, question, world } from '../oracle/worlds.js';
import { assertWithSeeds } from '../support/seeds.js';
import { runs, seeded } from '../support/sizes.js';

/** Each rule and each kind of fact, and the same question without it. */
const WITHOUT: Record<string, (facts: World, asked: Question) => [World, Question]> = {
  minimum: (facts, asked) => [facts, { ...asked, minimumMinutes: 0 }],
  span: (facts, asked) => [facts, { ...asked, withinHours: null }],
  lingering: (facts, asked) => [facts, { ...asked, lingeringMinutes: 0 }],
  seats: (facts, asked) => [facts, { ...asked, seatRows: null }],
  sharing: (facts, asked) => [facts, { ...asked, sharing: PLAIN.sharing }],
  nearness: (facts, asked) => [{ ...facts, nearness: [] }, asked],
  isolation: (facts, asked) => [{ ...facts, isolations: [] }, asked],
  samples: (facts, asked) => [{ ...facts, tests: [] }, asked],
};

/** Meetings that are long enough in all, but not always within the span. */
const spanned = question.chain((asked) =>
  fc
    .record({ minimumMinutes: fc.constantFrom(15, 30, 45), withinHours: fc.constantFrom(0.25, 0.5, 0.75) })
    .map((span) => ({
      ...asked,
      ...span,
      distanceMetres: null,
      seatRows: null,
    })),
);

const LONGER = { ...PLAIN, minimumMinutes: 15, withinHours: 24, lingeringMinutes: 20 };

/** People who go to a few places on two days, again and again, so that many of their stays overlap or touch. */
function crowd(people: number): World {
  const random = randomFrom(1);
  const below = (most: number) => Math.floor(random() * most);
  const stays = Array.from({ length: people * 5 }, (_, i) => {
    const from = MIDNIGHT + 300 * below(400);
    const place = ['hall', 'market', 'station', 'school'][below(4)] as string;
    return { person: `person ${i % people}`, place, from, to: from + 60 * (1 + below(90)), imputed: below(9) === 0 };
  });
  return { stays, nearness: [], isolations: [], tests: [] };
}

describe('A trace', () => {
  it('finds exactly the contacts that the rules name', async () => {
    const contacts = [0, 0, 0];
    const mattered = new Map<string, number>();
    await assertWithSeeds(
      fc.asyncProperty(world, fc.oneof(question, question, spanned), async (facts, asked) => {
        const expected = expectedContacts(facts, asked);
        const beyond = JSON.stringify(expected.degrees.slice(1));
        for (const [name, without] of Object.entries(WITHOUT)) {
          const [otherFacts, otherAsked] = without(facts, asked);
          const other = JSON.stringify(expectedContacts(otherFacts, otherAsked).degrees.slice(1));
          if (other !== beyond) mattered.set(name, (mattered.get(name) ?? 0) + 1);
        }
        contacts.forEach((_, i) => (contacts[i] = (contacts[i] ?? 0) + (expected.degrees[i]?.length ?? 0)));
        expect(answerOf(await trace(graphOf(facts), inputOf(asked)))).toEqual(expected);
      }),
      seeded(runs(500)),
    );
    // Histories in which nobody meets would prove nothing.
    expect(contacts[0]).toBeGreaterThan(runs(300));
    expect(contacts[1]).toBeGreaterThan(runs(60));
    expect(contacts[2]).toBeGreaterThan(runs(1) - 1);
    // Nor would rules and facts that change nothing beyond the first degree.
    expect(Object.keys(WITHOUT).filter((name) => (mattered.get(name) ?? 0) < runs(8) - 2)).toEqual([]);
  });

  it('names a hundred people through whom somebody in a crowd was exposed, and counts the minutes of all of them', async () => {
    const person = (i: number) => `person ${String(i).padStart(3, '0')}`;
    const stays = Array.from({ length: 151 }, (_, i) => ({ person: person(i), place: 'hall', from: 0, to: 3_600 }));
    // Binh meets everybody whom An met; the last of them is the first and longest meeting.
    for (let i = 1; i <= 150; i++) stays.push({ person: person(i), place: 'gate', from: 9_000 - i * 10, to: 10_000 });
    stays.push({ person: 'zoo keeper', place: 'gate', from: 7_000, to: 11_000 });
    const asked = { ...PLAIN, person: person(0), from: 0, until: null, anchorAt: 0 };
    const { degrees } = await trace(
      graphOf({ stays, nearness: [], isolations: [], tests: [] }),
      inputOf({ ...asked, greatestDegree: 2 }),
    );
    expect(degrees[0]).toHaveLength(150);
    expect(degrees[1]).toMatchObject([{ person: 'zoo keeper', first: 7_500, seconds: 2_500 }]);
    expect(degrees[1]?.[0]?.via).toEqual(Array.from({ length: 100 }, (_, i) => person(i + 1)));
  });

  it.each([
    ['any meeting counts', PLAIN],
    ['a quarter of an hour within a day counts, also in air that stays infectious', LONGER],
  ])('finds exactly the contacts in a crowd whose members meet many times, where %s', async (_, rules) => {
    const facts = crowd(500);
    const asked = { ...rules, person: 'person 7', from: MIDNIGHT, until: MIDNIGHT + 86_400, anchorAt: MIDNIGHT };
    const expected = expectedContacts(facts, asked);
    // Enough people for all columns to grow.
    expect(expected.degrees[1]?.length).toBeGreaterThan(256);
    expect(Math.max(...(expected.degrees[1] ?? []).map(({ via }) => via.length))).toBeLessThan(SOURCES_KEPT);
    expect(answerOf(await trace(graphOf(facts), inputOf(asked)))).toEqual(expected);
  });

  it('reads each slot at most once per degree', async () => {
    await assertWithSeeds(
      fc.asyncProperty(world, question, async (facts, asked) => {
        const graph = graphOf(facts);
        await trace(graph, inputOf(asked));
        const times = new Map<number, number>();
        for (const key of graph.asked.slots) times.set(key, (times.get(key) ?? 0) + 1);
        expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(asked.greatestDegree);
      }),
      seeded(runs(100)),
    );
  });

  it('does not depend on the order in which facts were recorded', async () => {
    await assertWithSeeds(
      fc.asyncProperty(world, question, fc.infiniteStream(fc.nat()), async (facts, asked, random) => {
        const shuffled = <T>(items: readonly T[]) =>
          items
            .map((item) => ({ item, at: random.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const other = {
          ...facts,
          stays: shuffled(facts.stays),
          nearness: shuffled(facts.nearness).map(({ a, b, ...rest }) => ({ ...rest, a: b, b: a })),
          isolations: shuffled(facts.isolations),
        };
        const one = answerOf(await trace(graphOf(facts), inputOf(asked)));
        expect(answerOf(await trace(graphOf(other), inputOf(asked)))).toEqual(one);
      }),
      seeded(runs(100)),
    );
  });
});

describe('The time in which a person is not isolated', () => {
  it('is every instant of the window that no isolation covers, in as few stretches as possible', () => {
    const stretch = fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 20 }))
      .map(([start, lasting]) => ({ start, end: lasting === 0 ? null : start + lasting - 1 }));
    const instant = fc.integer({ min: 0, max: 80 });
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 5 }), instant, instant, fc.boolean(), (all, from, length, open) => {
        const isolations = all.flatMap(({ start, end }) => [start, end ?? 0]);
        const until = open ? Infinity : from + length;
        const free = freeStretches(isolations, from, until);
        const within = (at: number) => free.some((start, i) => i % 2 === 0 && start <= at && at < (free[i + 1] ?? 0));
        for (let at = 0; at < 180; at++) {
          const covered = all.some(({ start, end }) => start <= at && at < (end ?? Infinity));
          expect(within(at)).toBe(at >= from && at < until && !covered);
        }
        expect(free).toEqual([...new Set(free)].sort((a, b) => a - b));
      }),
    );
  });
});
