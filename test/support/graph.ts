import type { DomainEvent } from './events.js';
import { expect } from '@jest/globals';
import type { Driver, Session } from 'neo4j-driver';
import { formatInstant } from '../../src/kernel/instant.js';
import { graphTypes } from '../../src/entrypoints/graph-types.js';
import type { FactProjection } from '../../src/contact-graph/projection.js';
import { GraphWriter } from '../../src/contact-graph/projector.js';
import { TraceCache, withTraceGraph } from '../../src/contact-graph/trace-graph.js';
import type { EventStore, Position, RecordedEvent } from '../../src/event-log/event-store.js';
import { trace } from '../../src/tracing/engine.js';
import { worldAfter } from '../oracle/facts.js';
import { expectedContacts, type Question } from '../oracle/oracle.js';
import { answerOf, inputOf, MIDNIGHT, PLAIN } from '../oracle/worlds.js';
import { MemoryEventStore } from './memory-event-store.js';

export const LOST_POWER = 'the machine lost its power';
export const STORE_ID = 'a-log-of-tests';
/** Size in bytes of a cache that holds almost nothing. */
export const SMALL_CACHE = 2_000;

/**
 * Opens the graph with all projections of the program.
 * @param more projections of a module that is not listed.
 */
export async function openWriter(
  driver: Driver,
  store: EventStore = new MemoryEventStore(),
  more: readonly FactProjection[] = [],
): Promise<GraphWriter> {
  const { visits, facts } = await graphTypes();
  return GraphWriter.open(driver, store, STORE_ID, visits, [...facts, ...more]);
}

/** Times are minutes after midnight. */
export function visitFacts(personId: string, placeId: string, from: number, to: number) {
  return { visitId: 'v', personId, placeId, arrivedAt: textOf(from), leftAt: textOf(to), seat: null };
}

export function checkedOut(
  { visitId, personId, placeId, arrivedAt }: ReturnType<typeof visitFacts>,
  leftAt: string,
): DomainEvent {
  return { type: 'CheckedOut', data: { visitId, personId, placeId, arrivedAt, leftAt } };
}

export function textOf(minutes: number): string {
  return formatInstant(MIDNIGHT + minutes * 60);
}

export function placeFacts(placeId: string) {
  return { placeId, name: placeId, kind: 'shop', capacity: null, latitude: null, longitude: null };
}

/** All contacts of a person from the previous day on, however short. */
export function everythingOf(person: string): Question {
  const window = { from: MIDNIGHT - 86_400, until: null, anchorAt: MIDNIGHT };
  return { ...PLAIN, person, ...window };
}

/** The number of people whom someone met; checks that a trace on the graph finds exactly them. */
export async function contactsIn(
  driver: Driver,
  events: readonly DomainEvent[],
  person: string,
  cache = new TraceCache(SMALL_CACHE),
): Promise<number> {
  const question = { ...everythingOf(person), greatestDegree: 1 };
  const found = await withTraceGraph(driver, cache, (graph) => trace(graph, inputOf(question)));
  expect(answerOf(found)).toEqual(expectedContacts(worldAfter(events), question));
  return found.degrees[0]?.length ?? 0;
}

export async function countIn(driver: Driver, query: string): Promise<number> {
  const { records } = await driver.executeQuery(query);
  return records[0]?.get('count') as number;
}

export function positionAt(commit: number): Position {
  return { commit: BigInt(commit), prepare: BigInt(commit) };
}

/** What projections of these events may look up about them. */
export function storeOf(events: readonly RecordedEvent[]): EventStore {
  const store: EventStore = new MemoryEventStore();
  store.read = async function* (stream, from = 0) {
    for (const event of events) {
      if (event.stream === stream.name && event.revision >= from && stream.events.includes(event)) yield event;
    }
  };
  return store;
}

/** Events as the log would return them, from a commit position on. */
export function recorded(events: readonly DomainEvent[], from: number): RecordedEvent<DomainEvent>[] {
  return events.map((event, i): RecordedEvent<DomainEvent> => ({
    ...event,
    id: `event-${from + i}`,
    stream: 'presence',
    revision: from + i,
    position: positionAt(from + i),
    provenance: { source: 'test', laboratory: true },
    recordedAt: new Date(0),
  }));
}

/**
 * A driver on which the transactions that move the checkpoints of some partitions fail: the same state as after a crash
 * while several writers commit.
 */
export function failing(driver: Driver): Driver & { fail: Set<string> } {
  const fail = new Set<string>();
  const session = (options?: Parameters<Driver['session']>[0]): Session => {
    const real = driver.session(options);
    return wrapped(real, {
      executeWrite: (work: Parameters<Session['executeWrite']>[0]) =>
        real.executeWrite((tx) =>
          work(
            wrapped(tx, {
              run: (query: string, parameters?: Record<string, unknown>) => {
                if (fail.has(String(parameters?.['partition']))) throw new Error(LOST_POWER);
                return tx.run(query, parameters);
              },
            }),
          ),
        ),
    });
  };
  return wrapped(driver, { session, fail }) as Driver & { fail: Set<string> };
}

/** The same object with some members replaced. */
function wrapped<T extends object>(object: T, instead: Record<string, unknown>): T {
  return new Proxy(object, {
    get: (target, name) => {
      if (typeof name === 'string' && name in instead) return instead[name];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
