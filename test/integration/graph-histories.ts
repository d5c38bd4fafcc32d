import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { formatInstant } from '../../src/kernel/instant.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import { caseTurn, expectedList, SAMPLED, type Infectious } from '../oracle/case-lists.js';
import { history } from '../oracle/facts.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import { decision5053, farther, longer, Pipeline, sharing } from '../support/pipeline.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';

const textOf = (at: number | null) => (at === null ? null : formatInstant(at));

/** Whatever arrives and in whatever portions, lists equal what the oracle derives from everything known by then. */
export function histories(driverOf: () => Driver): void {
  describe('Cases that are traced again only when something touches them', () => {
    it(
      'always have the contacts that tracing them from nothing would find',
      async () => {
        const portions = fc.infiniteStream(
          fc.record({ size: fc.integer({ min: 1, max: 12 }), An: caseTurn, Binh: caseTurn }),
        );
        const rules = fc.constantFrom(decision5053, farther, farther, longer, sharing);
        const counts = { steps: 0, traces: 0, retracted: 0, moved: 0 };
        const until = deadline(ENOUGH);
        await assertWithSeeds(
          fc.asyncProperty(history, portions, rules, async (events, turns, profile) => {
            if (until.passed()) return;
            await wipe(driverOf());
            const pipeline = new Pipeline(driverOf(), profile);
            const cases = new Map<'An' | 'Binh', Infectious | null>();
            for (const person of ['An', 'Binh'] as const) {
              await pipeline.confirm(person);
              cases.set(person, SAMPLED);
            }
            await pipeline.settle();
            for (let done = 0; done < events.length;) {
              const { size, ...turn } = turns.next().value as { size: number } & Record<'An' | 'Binh', Turn>;
              await pipeline.append(events.slice(done, done + size));
              done += size;
              for (const person of cases.keys()) {
                const now = turn[person];
                if (now === 'nothing') continue;
                if (now === 'retracted') await pipeline.retract(person);
                else await confirm(pipeline, person, now);
                counts[now === 'retracted' ? 'retracted' : 'moved']++;
                cases.set(person, now === 'retracted' ? null : now);
              }
              await pipeline.settle();
              counts.steps++;
              for (const [person, infectious] of cases) {
                const expected = expectedList(events.slice(0, done), person, profile, infectious);
                expect(await pipeline.contactsOf(person)).toEqual(expected);
                const shown = expected.contacts.map(({ person: id, degree }) => ({ person: id, degree }));
                expect(await pipeline.exposedTo(person)).toEqual(shown);
                expect(await pipeline.sharingWith(person)).toEqual(expected.factors.map(({ person: id }) => id));
              }
            }
            counts.traces += pipeline.traces;
          }),
          seeded(runs(3)),
        );
        if (until.passed()) return;
        expect(counts.steps).toBeGreaterThan(runs(10));
        // Not everything is traced after every step.
        expect(counts.traces).toBeGreaterThan(runs(10));
        expect(counts.retracted).toBeGreaterThan(runs(1) - 1);
        expect(counts.moved).toBeGreaterThan(runs(1));
      },
      limit(180_000),
    );
  });
}

type Turn = 'nothing' | 'retracted' | Infectious;

function confirm(pipeline: Pipeline, person: string, { collected, onset, from, until }: Infectious): Promise<void> {
  const stated = { onsetAt: textOf(onset), infectiousFrom: textOf(from), infectiousUntil: textOf(until) };
  return pipeline.confirm(person, formatInstant(collected), stated);
}
