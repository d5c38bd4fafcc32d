import { expect, it } from '@jest/globals';
import type { Driver } from 'neo4j-driver';
import { buildBeside } from '../../src/contact-graph/building.js';
import { readGraphState, wantAgain } from '../../src/contact-graph/checkpoints.js';
import { labelling, served, type LabelOf } from '../../src/contact-graph/instances.js';
import { wipe } from '../../src/contact-graph/maintenance.js';
import type { FactProjection, Projection, VisitProjection } from '../../src/contact-graph/projection.js';
import type { RecordedEvent } from '../../src/event-log/event-store.js';
import { idOf } from '../../src/kernel/ids.js';
import { graphTypes } from '../../src/entrypoints/graph-types.js';
import { eventSet, union, type Event, type EventSet } from '../../src/kernel/event.js';
import { CATALOGUE, streams, type DomainEvent } from './events.js';
import { openWriter } from './graph.js';
import { MemoryEventStore } from './memory-event-store.js';

/** Names of the projections with an example in a file that is loaded, whichever file that is. */
export const SPECIFIED = new Set<string>();

/** Milliseconds for one example on a busy machine. */
const SLOWEST = 60_000;

type Row = Record<string, unknown>;
/** A graph that all projections write into, including the one under test. */
interface Shown {
  driver: Driver;
  store: MemoryEventStore;
  projection: Projection;
}
type Delivery = (shown: Shown) => Promise<void>;

/** The ways in which the log may deliver events: a projection must give the same result each time. */
const DELIVERIES: Record<string, Delivery> = {
  'delivered once': (shown) => deliver(shown, [shown.store.all]),
  async 'delivered twice'(shown) {
    const { all } = shown.store;
    // Each writer is a projector that was restarted, and also gets the events before its checkpoint.
    const half = Math.ceil(all.length / 2);
    await deliver(shown, [all.slice(0, half)]);
    await deliver(shown, [all, all]);
    await deliver(shown, [all]);
  },
  'delivered in pieces': (shown) =>
    deliver(
      shown,
      shown.store.all.map((event) => [event]),
    ),
  async 'made again alone'(shown) {
    await deliver(shown, [shown.store.all]);
    await wantAgain(shown.driver, shown.projection.name);
    await buildAgain(shown);
  },
};

/**
 * The result of a projection: `projection(tests, 'keeps the last word').given(...events).then(query, rows)` is one test
 * for each way of delivering the events to the real graph, into which all other projections write as well.
 */
export function projectionSpec(driverOf: () => Driver) {
  return <E extends Event>(projection: FactProjection<E> | VisitProjection<E>, says: string) => ({
    given: (...events: readonly (DomainEvent | E)[]) => ({
      /**
       * @param query in Cypher; its rows are compared in order. It gets a function that names labels, types and keys of
       * the version under test.
       */
      then(query: string | ((label: LabelOf) => string), rows: readonly Row[]): void {
        this.thenRead((driver) => rowsOf(driver, query), rows);
      },
      /** @param read reads the rows in several steps. */
      thenRead(read: (driver: Driver) => Promise<object[]>, rows: readonly Row[]): void {
        SPECIFIED.add(projection.name);
        it.each(Object.entries(DELIVERIES))(
          `${projection.name} ${says}: %s`,
          async (_, deliveredTo) => {
            const store = await storeWith(events, projection.events);
            // An example without an event for the projection would pass for any projection.
            expect(store.all.some((event) => projection.events.includes(event))).toBe(true);
            await wipe(driverOf());
            await deliveredTo({ driver: driverOf(), store, projection });
            expect(await read(driverOf())).toEqual(rows);
          },
          SLOWEST,
        );
      },
    }),
  });
}

/** A log with these events, each in the stream in which projections look for it. */
export async function storeWith(events: readonly Event[], more: EventSet = eventSet()): Promise<MemoryEventStore> {
  const known = union(CATALOGUE, more);
  const store = new MemoryEventStore();
  store.now = () => 0;
  for (const [i, event] of events.entries()) {
    const provenance = { source: 'test', laboratory: true };
    await store.append(
      { name: streamOf(event), events: known },
      [{ id: idOf('spec', String(i)), event, provenance }],
      'any',
    );
  }
  return store;
}

function streamOf({ type, data }: Event): string {
  if (type.startsWith('Profile')) return streams.profiles.name;
  const { sampleId, caseId } = data as { sampleId?: string; caseId?: string };
  if (type.startsWith('TestResult') && sampleId !== undefined) return streams.sample(sampleId).name;
  const ofCase = /^(?:Case|Infectious|Contacts|Trace)/.test(type) && caseId !== undefined;
  return ofCase ? streams.case(caseId).name : 'facts';
}

async function deliver(
  { driver, store, projection }: Shown,
  batches: readonly (readonly RecordedEvent<DomainEvent>[])[],
): Promise<void> {
  const writer = await openWriter(driver, store, await unlisted(projection));
  for (const events of batches) {
    const last = events.at(-1);
    if (last) await writer.write({ events: [...events], position: last.position });
  }
  await writer.settle();
}

/** A projection of a module that the program does not list yet. */
async function unlisted(projection: Projection): Promise<FactProjection[]> {
  const { facts } = await graphTypes();
  const known = 'step' in projection || facts.some(({ name }) => name === projection.name);
  return known ? [] : [projection];
}

/** Rebuilds the projection as a projector does in the background. */
async function buildAgain({ driver, store, projection }: Shown): Promise<void> {
  const made = new AbortController();
  const errors: unknown[] = [];
  await buildBeside({
    ...{
      driver,
      store,
      writer: await openWriter(driver, store, await unlisted(projection)),
      signal: made.signal,
      maxEvents: 2,
    },
    say: (line) => line.endsWith('read from now on') && made.abort(),
    onError: (error) => errors.push(error) && made.abort(),
  });
  expect(errors).toEqual([]);
  const { instances = [] } = (await readGraphState(driver)) ?? {};
  expect(served(instances).find((each) => each.name === projection.name)).toMatchObject({ again: true });
}

/** @param query with the names of labels and relationship types in version 1. */
async function rowsOf(driver: Driver, query: string | ((label: LabelOf) => string)): Promise<Row[]> {
  const label = labelling(served((await readGraphState(driver))?.instances ?? []));
  const text = typeof query === 'string' ? query : query(label);
  const { records } = await driver.executeQuery(text.replace(/(?<=:)[A-Z]\w+/g, label));
  return records.map((record) => record.toObject());
}
