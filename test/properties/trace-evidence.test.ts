import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secondsOf } from '../../src/investigation/meetings.js';
import { trace } from '../../src/tracing/engine.js';
import { evidenceOf, type Pair } from '../../src/tracing/evidence.js';
import { graphOf } from '../oracle/array-graph.js';
import { expectedContacts, type Found } from '../oracle/oracle.js';
import { inputOf, question, world } from '../oracle/worlds.js';
import { limit, runs, seeded } from '../support/sizes.js';

describe('The evidence of two people', () => {
  it('shows for everyone through whom a contact was exposed what made the contact, and nothing without it', async () => {
    let direct = 0;
    let beyond = 0;
    await fc.assert(
      fc.asyncProperty(world, question, async (facts, asked) => {
        const graph = graphOf(facts);
        const { degrees } = expectedContacts(facts, asked);
        const { window } = await trace(graph, inputOf(asked));
        const between = (source: string, other: string, spreading: Pair['spreading']) =>
          evidenceOf(graph, { source, other, spreading }, asked);
        for (const { person, first, seconds, places } of degrees[0] ?? []) {
          const found = await between(asked.person, person, window);
          expect(found).toMatchObject({ first, seconds });
          const where = found?.meetings.flatMap(({ place }) => place ?? []);
          expect([...new Set(where)].sort()).toEqual(places);
          direct++;
        }
        for (const [i, contacts] of degrees.slice(1).entries()) {
          const before = degrees[i] as Found[];
          for (const { person, first, seconds, via } of contacts) {
            const found = before.map(async (each) => {
              const spreading = { exposedAt: each.first, disease: 'covid-19' };
              return { through: each.person, evidence: await between(each.person, person, spreading) };
            });
            const all = (await Promise.all(found)).flatMap(({ through, evidence }) =>
              evidence ? [{ through, ...evidence }] : [],
            );
            expect(all.map(({ through }) => through).sort()).toEqual(via);
            expect(Math.min(...all.map((each) => each.first))).toBe(first);
            expect(Math.max(...all.map((each) => each.seconds))).toBe(seconds);
            for (const each of all) expect(secondsOf(each.meetings)).toBe(each.seconds);
            beyond += all.length;
          }
        }
      }),
      { ...seeded(runs(300)), interruptAfterTimeLimit: limit(60_000) },
    );
    expect(direct).toBeGreaterThan(runs(140));
    expect(beyond).toBeGreaterThan(runs(35));
  });
});
