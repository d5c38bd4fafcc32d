import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findChains, type Step } from '../../src/investigation/chain-search.js';
import { graphOf } from '../oracle/array-graph.js';
import { meetingsIn, passedBy, type ChainQuestion } from '../oracle/chains.js';
import type { World } from '../oracle/oracle.js';
import { instant, MIDNIGHT, PEOPLE, world } from '../oracle/worlds.js';
import { limit, runs, seeded } from '../support/sizes.js';

const DAY = 86_400;
const ALL = 1_000;

/**
 * Somebody met many people at once; few of them met one another, and few met the last person. A search from both ends
 * pays off.
 */
const GUESTS = Array.from({ length: 9 }, (_, i) => `guest ${i}`);
const guest = fc.constantFrom(...GUESTS);
const lasting = fc
  .tuple(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 6 }))
  .map(([begin, quarters]) => ({ from: MIDNIGHT + begin * 900, to: MIDNIGHT + (begin + quarters) * 900 }));
const reception: fc.Arbitrary<World> = fc
  .record({
    stays: fc.array(fc.record({ person: guest, place: fc.constantFrom('bar', 'bus'), times: lasting }), {
      ...{ minLength: 5, maxLength: 10 },
    }),
    near: fc.array(fc.record({ pair: fc.uniqueArray(guest, { minLength: 2, maxLength: 2 }), times: lasting }), {
      maxLength: 4,
    }),
    last: fc.array(fc.record({ person: guest, times: lasting }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ stays, near, last }) => ({
    stays: [
      ...['An', ...GUESTS.slice(0, 6)].map((person) => ({ person, place: 'hall', from: MIDNIGHT, to: MIDNIGHT + 900 })),
      ...stays.map(({ times, ...stay }) => ({ ...stay, ...times })),
      ...last.flatMap(({ person, times }) => [person, 'Chi'].map((who) => ({ person: who, place: 'home', ...times }))),
    ],
    nearness: near.map(({ pair: [a = '', b = ''], times }) => ({ a, b, ...times, distance: 1 })),
    isolations: [],
    tests: [],
  }));

const asked: fc.Arbitrary<ChainQuestion> = fc.record({
  from: fc.constantFrom(...PEOPLE),
  to: fc.constantFrom(...PEOPLE),
  after: fc.oneof(fc.constant(0), instant),
  before: fc.oneof(fc.constant(MIDNIGHT + 9 * DAY), instant),
  maxHops: fc.integer({ min: 1, max: 5 }),
});

interface Chain {
  people: string[];
  steps: Step[];
}

async function chainsIn(facts: World, { from, to, ...rest }: ChainQuestion, most = ALL): Promise<Chain[]> {
  const graph = graphOf(facts);
  const [first, last] = await Promise.all([graph.person(from), graph.person(to)]);
  if (first === undefined || last === undefined) return [];
  const found = await findChains(graph, { from: first, to: last, ...rest, most });
  const numbers = found.flat().flatMap((step) => [step.from, step.to]);
  const names = await graph.personIds(numbers);
  const nameOf = (number: number | undefined) => names.get(number ?? 0) ?? '';
  return found.map((steps) => ({ people: [nameOf(steps[0]?.from), ...steps.map((step) => nameOf(step.to))], steps }));
}

const met = (a: string, b: string, day: number): World['nearness'][number] => ({
  a,
  b,
  from: MIDNIGHT + day * DAY,
  to: MIDNIGHT + day * DAY + 3600,
  distance: 1,
});

const whole: ChainQuestion = { from: 'An', to: 'Chi', after: 0, before: MIDNIGHT + 400 * DAY, maxHops: 4 };

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((each, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [each, ...rest]));
}

describe('Chains of meetings', () => {
  it('do not lead back in time: A-B on 10 January and B-C on 1 January is not a chain from A to C', async () => {
    const facts: World = {
      stays: [],
      nearness: [met('An', 'Binh', 10), met('Binh', 'Chi', 1)],
      isolations: [],
      tests: [],
    };
    expect(await chainsIn(facts, whole)).toEqual([]);
    expect(await chainsIn(facts, { ...whole, from: 'Chi', to: 'An' })).toHaveLength(1);
  });

  it.each(permutations([met('An', 'Binh', 1), met('Binh', 'Chi', 2), met('An', 'Chi', 152)]))(
    'are the same in whatever order A-B on 1 January, B-C on 2 January and A-C on 1 June are entered',
    async (...nearness) => {
      const found = await chainsIn({ stays: [], nearness, isolations: [], tests: [] }, whole);
      expect(found.map(({ people }) => people)).toEqual([
        ['An', 'Binh', 'Chi'],
        ['An', 'Chi'],
      ]);
    },
  );

  it('continue in a meeting that began before the infection and goes on after it, and not in one that ends at that moment', async () => {
    const hour = (person: string, place: string, from: number, to: number) => ({
      person,
      place,
      from: MIDNIGHT + from * 3600,
      to: MIDNIGHT + to * 3600,
    });
    const stays = [hour('Binh', 'ward', 0, 9), hour('Chi', 'ward', 0, 9), hour('An', 'ward', 5, 6)];
    const found = await chainsIn({ stays, nearness: [], isolations: [], tests: [] }, { ...whole, maxHops: 2 });
    expect(found.map(({ people, steps }) => [people, steps.at(-1)?.at])).toEqual([
      [['An', 'Chi'], MIDNIGHT + 5 * 3600],
      [['An', 'Binh', 'Chi'], MIDNIGHT + 5 * 3600],
    ]);
    const apart = [
      hour('An', 'ward', 5, 6),
      hour('Binh', 'ward', 0, 9),
      hour('Binh', 'bus', 4, 5),
      hour('Chi', 'bus', 4, 5),
    ];
    expect(await chainsIn({ stays: apart, nearness: [], isolations: [], tests: [] }, whole)).toEqual([]);
  });

  it('are found exactly where following every chain finds one, and as early', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(world, asked, async (facts, question) => {
        const chains = await chainsIn(facts, question);
        const earliest = new Map<string, number>();
        for (const { people, steps } of chains) {
          const last = people.at(-2) ?? '';
          const at = steps.at(-1)?.at ?? Infinity;
          earliest.set(last, Math.min(at, earliest.get(last) ?? Infinity));
        }
        expect(earliest).toEqual(passedBy(facts, question));
        expect(chains.map(({ steps }) => steps.at(-1)?.at)).toEqual(
          chains.map(({ steps }) => steps.at(-1)?.at ?? 0).sort((a, b) => a - b),
        );
        found += chains.length;
      }),
      { ...seeded(runs(400)), interruptAfterTimeLimit: limit(60_000) },
    );
    expect(found).toBeGreaterThan(runs(100));
  });

  it('are found as early if few of the many people met lead on to the end', async () => {
    await fc.assert(
      fc.asyncProperty(reception, fc.integer({ min: 3, max: 5 }), async (facts, maxHops) => {
        const question = { ...whole, maxHops };
        const earliest = new Map<string, number>();
        for (const { people, steps } of await chainsIn(facts, question)) {
          const last = people.at(-2) ?? '';
          earliest.set(last, Math.min(steps.at(-1)?.at ?? Infinity, earliest.get(last) ?? Infinity));
        }
        expect(earliest).toEqual(passedBy(facts, question));
      }),
      { ...seeded(runs(80)), interruptAfterTimeLimit: limit(60_000) },
    );
  });

  it('continue with a person who stays long enough, although another who met the last one had left', async () => {
    const stay = (person: string, place: string, from: number, to: number) => ({
      ...{ person, place, from: MIDNIGHT + from * 3600, to: MIDNIGHT + to * 3600 },
    });
    const stays = [
      ...['An', ...GUESTS].map((person) => stay(person, 'hall', 0, 1)),
      ...['guest 0', 'Em'].map((person) => stay(person, 'bus', 4, 5)),
      ...[stay('Dung', 'bar', 1, 2), stay('Binh', 'bar', 3, 9), stay('Em', 'bar', 5, 8)],
      ...['Dung', 'Binh', 'Chi'].map((person) => stay(person, 'home', 10, 11)),
    ];
    const found = await chainsIn({ stays, nearness: [], isolations: [], tests: [] }, whole);
    expect(found.map(({ people }) => people)).toEqual([['An', 'guest 0', 'Em', 'Binh', 'Chi']]);
  });

  it('go from meeting to meeting that took place, each not before the previous one', async () => {
    await fc.assert(
      fc.asyncProperty(world, asked, async (facts, question) => {
        const links = meetingsIn(facts);
        for (const { people, steps } of await chainsIn(facts, question)) {
          expect(steps.length).toBeLessThanOrEqual(question.maxHops);
          expect(new Set(people).size).toBe(people.length);
          let since = question.after;
          steps.forEach(({ begin, end, at }, i) => {
            expect(at).toBe(Math.max(since, begin));
            expect(at).toBeLessThan(end);
            since = at;
            const pair = [people[i], people[i + 1]];
            const real = links.filter(({ a, b }) => pair.includes(a) && pair.includes(b));
            expect(real.some(({ from, to }) => from <= begin && end <= to)).toBe(true);
          });
          expect(since).toBeLessThan(question.before);
        }
      }),
      { ...seeded(runs(120)), interruptAfterTimeLimit: limit(60_000) },
    );
  });

  it('are the earliest ones if only some are requested', async () => {
    await fc.assert(
      fc.asyncProperty(world, asked, fc.integer({ min: 1, max: 3 }), async (facts, question, most) => {
        const times = (chains: Chain[]) => chains.map(({ steps }) => steps.at(-1)?.at);
        const all = times(await chainsIn(facts, question));
        expect(times(await chainsIn(facts, question, most))).toEqual(all.slice(0, most));
      }),
      { ...seeded(runs(120)), interruptAfterTimeLimit: limit(60_000) },
    );
  });

  it('read every slot once', async () => {
    await fc.assert(
      fc.asyncProperty(world, asked, async (facts, question) => {
        const graph = graphOf(facts);
        const [first, last] = await Promise.all([graph.person(question.from), graph.person(question.to)]);
        if (first === undefined || last === undefined) return;
        await findChains(graph, { ...question, from: first, to: last, most: ALL });
        expect(graph.asked.slots).toHaveLength(new Set(graph.asked.slots).size);
      }),
      { ...seeded(runs(80)), interruptAfterTimeLimit: limit(60_000) },
    );
  });

  it('are found without searching a crowd that leads nowhere', async () => {
    const hour = (person: string, place: string, from: number) => ({
      ...{ person, place, from: MIDNIGHT + from * 3600, to: MIDNIGHT + (from + 1) * 3600 },
    });
    const crowd = Array.from({ length: 100 }, (_, i) => `guest ${i}`);
    const stays = [
      ...['An', ...crowd].map((person) => hour(person, 'hall', 0)),
      ...crowd.flatMap((person) => [
        hour(person, `home of ${person}`, 2),
        hour(`${person}'s child`, `home of ${person}`, 2),
      ]),
      ...crowd.map((person) => hour(`${person}'s child`, `school of ${person}`, 4)),
      ...[hour('Dung', 'school of guest 7', 4), hour('Dung', 'park', 6), hour('Chi', 'park', 6)],
    ];
    const graph = graphOf({ stays, nearness: [], isolations: [], tests: [] });
    const [from, to] = await Promise.all([graph.person('An'), graph.person('Chi')]);
    const asked = { from: from ?? 0, to: to ?? 0, after: 0, before: MIDNIGHT + DAY, maxHops: 5 };
    const found = await findChains(graph, { ...asked, most: ALL });
    const people = await graph.personIds(found.flat().map((step) => step.to));
    expect(found.map((steps) => steps.map((step) => people.get(step.to)))).toEqual([
      ['guest 7', "guest 7's child", 'Dung', 'Chi'],
    ]);
    expect(graph.asked.slots.length).toBeLessThan(10);
  });
});
