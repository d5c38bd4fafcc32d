import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Driver, ManagedTransaction, Session } from 'neo4j-driver';
import { buildBeside } from '../../src/contact-graph/building.js';
import { OutOfStep, readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { Sizes } from '../../src/contact-graph/rebuild.js';
import { formatInstant, readInstant } from '../../src/kernel/instant.js';
import { history } from '../oracle/facts.js';
import { deadline, ENOUGH } from '../support/deadline.js';
import { anyStream, type DomainEvent } from '../support/events.js';
import { LOST_POWER, openWriter, placeFacts } from '../support/graph.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { checkedIn } from '../support/projection-events.js';
import { assertWithSeeds } from '../support/seeds.js';
import { limit, runs, seeded } from '../support/sizes.js';
import { visitRows } from '../support/stays.js';

/** After so many days, a diary ends in the middle of the histories, or shortly after their beginning. */
const TO_BOUNDARY = [6, 7];
const DAY = 86_400;
const SLOWEST = 120_000;

/** Ten people visit four places on two days, and the lengths of stay at three of these change meanwhile. */
const STORY: DomainEvent[] = Array.from({ length: 40 }, (_, i): DomainEvent[] => [
  checkedIn(`person ${i % 10}`, `place ${i % 4}`, i * 60, i * 60 + 30),
  ...(i % 8 === 3
    ? [{ type: 'PlaceCorrected' as const, data: { ...placeFacts(`place ${i % 3}`), defaultStayMinutes: i } }]
    : []),
]).flat();

/** Rebuilds visits that were written event by event, and compares. */
export function visitRebuilds(driverOf: () => Driver): void {
  describe('Visits that are rebuilt', () => {
    /** Rebuilds the visits beside the existing ones, as the projector does. */
    const rebuild = async (store: MemoryEventStore, sizes: Partial<Sizes>, driver = driverOf()) => {
      const done = new AbortController();
      const writer = await openWriter(driver, store);
      await wantAgain(driverOf(), 'presence');
      let failure: unknown;
      await buildBeside({
        ...{ driver, store, writer, signal: done.signal, sizes },
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

    /** A log of some people at several places, as the ordinary writers wrote it. */
    const written = async () => {
      await wipe(driverOf());
      const store = new MemoryEventStore();
      store.now = () => 0;
      await append(store, withCopies(STORY, []));
      const writer = await openWriter(driverOf(), store);
      await writer.write({ events: store.all, position: store.all.at(-1)!.position });
      await writer.settle();
      return { store, before: await visitRows(driverOf()) };
    };
    const SMALL = { events: 3, portion: 3, rows: 2 };

    it.each([
      ['read', /SET p\.`?kind/],
      ['written into diaries', /CREATE \(:Diary/],
      ['written into slots', /CREATE \(:Slot/],
    ])(
      'begin anew after they were interrupted while they were being %s',
      async (_, query) => {
        const { store, before } = await written();
        let times = 0;
        const interrupted = beforeQueries(driverOf(), (text) => {
          if (query.test(text) && ++times === 2) throw new Error(LOST_POWER);
          return Promise.resolve();
        });
        await expect(rebuild(store, SMALL, interrupted)).rejects.toThrow(LOST_POWER);
        expect(await visitRows(driverOf())).toEqual(before);
        const again = await activeOf(driverOf());
        await rebuild(store, SMALL);
        expect(await activeOf(driverOf())).not.toBe(again);
        expect(await visitRows(driverOf())).toEqual(before);
      },
      SLOWEST,
    );

    it(
      'are whole if another projector rebuilds them at the same time: the one that began first gives way',
      async () => {
        const { store, before } = await written();
        let others = 0;
        const overtaken = beforeTransactions(driverOf(), async () => {
          // Rows of diaries exist by then.
          const { records } = await driverOf().executeQuery(
            'MATCH (d:Diary|Diary_v2|Diary_v2_again|Diary_again) WITH count(d) AS diaries RETURN diaries',
          );
          if ((records[0]?.get('diaries') as number) > before.diaries.size && others++ === 0)
            await rebuild(store, SMALL);
        });
        await expect(rebuild(store, SMALL, overtaken)).rejects.toThrow(OutOfStep);
        expect(others).toBeGreaterThan(0);
        expect(await visitRows(driverOf())).toEqual(before);
      },
      SLOWEST,
    );
  });
}

/** The same driver, which calls back before each query of a transaction that writes. */
function beforeQueries(driver: Driver, before: (query: string) => Promise<void>): Driver {
  return hooked(driver, (real, work) =>
    real.executeWrite((tx) =>
      work(
        instead(tx, {
          run: async (query: string, parameters?: Record<string, unknown>) => {
            await before(query);
            return tx.run(query, parameters);
          },
        }),
      ),
    ),
  );
}

/** The same driver, which calls back before each transaction that writes. */
function beforeTransactions(driver: Driver, before: () => Promise<void>): Driver {
  return hooked(driver, async (real, work) => {
    await before();
    return real.executeWrite(work);
  });
}

/** The same object with some members replaced. */
function instead<T extends object>(object: T, members: Record<string, unknown>): T {
  return new Proxy(object, {
    get: (target, name) => {
      if (typeof name === 'string' && name in members) return members[name];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

type Work = (tx: ManagedTransaction) => Promise<unknown>;

function hooked(driver: Driver, write: (session: Session, work: Work) => Promise<unknown>): Driver {
  return instead(driver, {
    session: (options?: Parameters<Driver['session']>[0]) => {
      const real = driver.session(options);
      return instead(real, { executeWrite: (work: Work) => write(real, work) });
    },
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
