import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver } from 'neo4j-driver';
import { buildBeside } from '../../src/contact-graph/building.js';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { Sizes } from '../../src/contact-graph/rebuild.js';
import { formatInstant, readInstant } from '../../src/kernel/instant.js';
import { history } from '../oracle/facts.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import { anyStream, type DomainEvent } from '../support/events.js';
import { openWriter } from '../support/graph.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';
import { visitRows } from '../support/stays.js';

/** After so many days, a diary ends in the middle of the histories, or shortly after their beginning. */
const TO_BOUNDARY = [6, 7];
const DAY = 86_400;

/** Rebuilds visits that were written event by event, and compares. */
export function visitRebuilds(driverOf: () => Driver): void {
  describe('Visits that are rebuilt', () => {
    /** Rebuilds the visits beside the existing ones, as the projector does. */
    const rebuild = async (store: MemoryEventStore, sizes: Partial<Sizes>) => {
      const done = new AbortController();
      const writer = await openWriter(driverOf(), store);
      await wantAgain(driverOf(), 'presence');
      let failure: unknown;
      await buildBeside({
        ...{ driver: driverOf(), store, writer, signal: done.signal, sizes },
        say: (line) => line.endsWith('read from now on') && done.abort(),
        onError: (error) => {
          failure = error;
          done.abort();
        },
      });
      if (failure !== undefined) throw failure as Error;
      return writer;
    };

    it(
      'are the same, slot by slot and diary by diary, and go on in the same way',
      async () => {
        const sizes = fc.record({
          events: fc.integer({ min: 5, max: 40 }),
          portion: fc.integer({ min: 1, max: 20 }),
          rows: fc.integer({ min: 3, max: 20 }),
        });
        const copies = fc.array(fc.record({ of: fc.nat(), at: fc.nat() }), { maxLength: 6 });
        const until = deadline(ENOUGH);
        let compared = 0;
        const batch = fc.integer({ min: 5, max: 40 });
        const shift = fc.constantFrom(0, ...TO_BOUNDARY);
        await assertWithSeeds(
          fc.asyncProperty(history, copies, shift, sizes, batch, async (events, copied, days, atOnce, size) => {
            if (until.passed()) return;
            await wipe(driverOf());
            const store = new MemoryEventStore();
            store.now = () => 0;
            const said = withCopies(shifted(events, days), copied);
            let writer = await openWriter(driverOf(), store);
            const half = Math.ceil(said.length / 2);
            for (const part of [said.slice(0, half), said.slice(half)]) {
              const from = store.all.length;
              await append(store, part);
              for (let i = from; i < store.all.length; i += size) {
                const some = store.all.slice(i, i + size);
                await writer.write({ events: some, position: some.at(-1)!.position });
              }
              await writer.settle();
              const before = await visitRows(driverOf());
              const again = await activeOf(driverOf());
              writer = await rebuild(store, atOnce);
              expect(await activeOf(driverOf())).not.toBe(again);
              expect(await visitRows(driverOf())).toEqual(before);
              compared += before.diaries.size;
            }
          }),
          seeded(runs(6)),
        );
        if (!until.passed()) expect(compared).toBeGreaterThan(runs(10));
      },
      limit(180_000),
    );
  });
}

/** Which of two builds of the visits is read. */
async function activeOf(driver: Driver): Promise<boolean | undefined> {
  const { instances = [] } = (await readGraphState(driver)) ?? {};
  return instances.find(({ name, state }) => name === 'presence' && state === 'active')?.again;
}

interface Said {
  id: string;
  event: DomainEvent;
}

/** The same, with a copy of some of them somewhere after them. */
function withCopies(events: readonly DomainEvent[], copies: readonly { of: number; at: number }[]): Said[] {
  const said = events.map((event, i) => ({ event, id: `event-${i}` }));
  const all = [...said];
  for (const { of, at } of copies) {
    const copied = said[of % said.length]!;
    const first = all.indexOf(copied);
    all.splice(first + 1 + (at % (all.length - first)), 0, { ...copied });
  }
  return all;
}

/** Each event in a stream of its own, since a stream would not take a copy. */
async function append(store: MemoryEventStore, said: readonly Said[]): Promise<void> {
  const from = store.all.length;
  for (const [i, { event, id }] of said.entries()) {
    const provenance = { source: 'test', laboratory: true };
    await store.append(anyStream(`facts-${from + i}`), [{ id, event, provenance }], 'any');
  }
}

/** The same, so many days later. */
function shifted(events: readonly DomainEvent[], days: number): DomainEvent[] {
  const later = (value: unknown) =>
    typeof value === 'string' ? formatInstant(readInstant(value) + days * DAY) : value;
  return events.map((event) => {
    if (!('arrivedAt' in event.data)) return event;
    const { arrivedAt, leftAt } = event.data;
    return { ...event, data: { ...event.data, arrivedAt: later(arrivedAt), leftAt: later(leftAt) } } as DomainEvent;
  });
}
