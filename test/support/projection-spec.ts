import { expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { buildBeside } from '../../src/contact-graph/building.js';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { labelling, served } from '../../src/contact-graph/instances.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { FactProjection, VisitProjection } from '../../src/contact-graph/projection.js';
import type { RecordedEvent } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { anyStream, streams, type DomainEvent } from './events.js';
import { openWriter } from './graph.js';
import { MemoryEventStore } from './memory-event-store.js';

/** Milliseconds for one example on a machine that is busy with others. */
const SLOWEST = 60_000;

type Row = Record<string, unknown>;
type Delivery = (driver: Driver, store: MemoryEventStore, name: string) => Promise<void>;

const ALONE = 'made again alone';

/** How the log may hand events over: what a projection makes of them is the same each time. */
const DELIVERIES: Record<string, Delivery> = {
  'delivered once': (driver, store) => deliver(driver, store, [store.all]),
  async 'delivered twice'(driver, store) {
    // Each writer is a projector that was started again, and is given what came before its checkpoint, too.
    const half = Math.ceil(store.all.length / 2);
    await deliver(driver, store, [store.all.slice(0, half)]);
    await deliver(driver, store, [store.all, store.all]);
    await deliver(driver, store, [store.all]);
  },
  'delivered in pieces': (driver, store) =>
    deliver(
      driver,
      store,
      store.all.map((event) => [event]),
    ),
  async [ALONE](driver, store, name) {
    await deliver(driver, store, [store.all]);
    await wantAgain(driver, name);
    await buildAgain(driver, store, name);
  },
};

/**
 * What a projection makes of events: `projection(tests, 'keeps the last word').given(...events).then(query, rows)` is one
 * test for each way of delivering the events to the real graph, into which all other projections write as well.
 */
export function projectionSpec(driverOf: () => Driver) {
  return (projection: FactProjection | VisitProjection, says: string) => ({
    given: (...events: readonly DomainEvent[]) => ({
      /** @param query in Cypher; its rows are compared in its order. */
      then(query: string, rows: readonly Row[]): void {
        it.each(waysOf(projection))(
          `${projection.name} ${says}: %s`,
          async (_, deliveredTo) => {
            const store = await storeWith(events);
            // An example in which nothing concerns the projection would hold of any.
            expect(store.all.some((event) => projection.events.includes(event))).toBe(true);
            await wipe(driverOf());
            await deliveredTo(driverOf(), store, projection.name);
            expect(await rowsOf(driverOf(), query)).toEqual(rows);
          },
          SLOWEST,
        );
      },
    }),
  });
}

/** What writes on nodes that several share is made again with everything else only. */
function waysOf(projection: FactProjection | VisitProjection): [string, Delivery][] {
  const alone = 'owns' in projection && projection.owns !== undefined;
  return Object.entries(DELIVERIES).filter(([way]) => alone || way !== ALONE);
}

/** A log that holds these events, each in the stream in which projections look for it. */
export async function storeWith(events: readonly DomainEvent[]): Promise<MemoryEventStore> {
  const store = new MemoryEventStore();
  store.now = () => 0;
  for (const [i, event] of events.entries()) {
    const provenance = { source: 'test', laboratory: true };
    await store.append(anyStream(streamOf(event)), [{ id: idOf('spec', String(i)), event, provenance }], 'any');
  }
  return store;
}

function streamOf({ type, data }: DomainEvent): string {
  if (type.startsWith('Profile')) return streams.profiles.name;
  if (type.startsWith('TestResult') && 'sampleId' in data) return streams.sample(data.sampleId).name;
  const ofCase = /^(?:Case|Infectious|Contacts|Trace)/.test(type) && 'caseId' in data;
  return ofCase ? streams.case(String(data.caseId)).name : 'facts';
}

async function deliver(
  driver: Driver,
  store: MemoryEventStore,
  batches: readonly (readonly RecordedEvent<DomainEvent>[])[],
): Promise<void> {
  const writer = await openWriter(driver, store);
  for (const events of batches) {
    const last = events.at(-1);
    if (last) await writer.write({ events: [...events], position: last.position });
  }
  await writer.settle();
}

/** Makes what is wanted again, as a projector does beside its work. */
async function buildAgain(driver: Driver, store: MemoryEventStore, name: string): Promise<void> {
  const made = new AbortController();
  const errors: unknown[] = [];
  await buildBeside({
    ...{ driver, store, writer: await openWriter(driver, store), signal: made.signal, maxEvents: 2 },
    say: (line) => line.endsWith('read from now on') && made.abort(),
    onError: (error) => errors.push(error) && made.abort(),
  });
  expect(errors).toEqual([]);
  const { instances = [] } = (await readGraphState(driver)) ?? {};
  expect(served(instances).find((each) => each.name === name)).toMatchObject({ again: true });
}

/** @param query names labels as version 1 has them. */
async function rowsOf(driver: Driver, query: string): Promise<Row[]> {
  const label = labelling(served((await readGraphState(driver))?.instances ?? []));
  const { records } = await driver.executeQuery(query.replace(/(?<=:)[A-Z]\w+/g, label));
  return records.map((record) => record.toObject());
}
