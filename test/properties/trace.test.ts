import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freeStretches } from '../../src/people/isolation.js';
import { trace } from '../../src/tracing/engine.js';
import { graphOf } from '../oracle/array-graph.js';
import { expectedContacts } from '../oracle/oracle.js';
import { answerOf, inputOf, PLAIN, question, world } from '../oracle/worlds.js';
import { assertWithSeeds } from '../support/seeds.js';
import { runs, seeded } from '../support/sizes.js';

describe('A trace', () => {
  it('finds exactly the contacts that the rules name', async () => {
    const contacts = [0, 0, 0];
    await assertWithSeeds(
      fc.asyncProperty(world, question, async (facts, asked) => {
        const expected = expectedContacts(facts, asked);
        contacts.forEach((_, i) => (contacts[i] = (contacts[i] ?? 0) + (expected.degrees[i]?.length ?? 0)));
        expect(answerOf(await trace(graphOf(facts), inputOf(asked)))).toEqual(expected);
      }),
      seeded(runs(500)),
    );
    // Histories in which nobody meets would prove nothing.
    expect(contacts[0]).toBeGreaterThan(runs(300));
    expect(contacts[1]).toBeGreaterThan(runs(60));
    expect(contacts[2]).toBeGreaterThan(runs(1) - 1);
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
