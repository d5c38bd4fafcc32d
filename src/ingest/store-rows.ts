import { WrongRevision, StreamDeleted } from '../log/event-store.js';
import type { EventStore, NewEvent } from '../log/event-store.js';
import { streams } from '../log/streams.js';
import { visitIdOf } from '../log/ids.js';
import { checkedIn, proximityObserved } from './presence.js';
import { describePlace, isolatePerson, registerPerson, reportResults } from './records.js';
import { RowRefused } from './refusal.js';
import type { Kind, Row } from './rows.js';
import type { Origin, Outcome, Tools } from './tools.js';

/** How the rows of a kind are stored. */
export interface Storing<K extends Kind> {
  /** So many rows are gathered and grouped by lane before any is stored. */
  chunkRows: number;
  /** So many lanes are stored at once. */
  lanes: number;
  /** Rows of one lane are stored in their order, lanes beside one another. */
  lane(row: Row<K>, origin: Origin): string;
  /** Rows of one identity share a lane, or else stand in different chunks, one stored after the other. */
  identity?(row: Row<K>): string | undefined;
  /** Stores the rows of one lane and answers for each in turn. */
  store(tools: Tools, rows: readonly Row<K>[], origin: Origin): Promise<Outcome[]>;
}

/** Events an append carries at most: with ids of 100 characters they stay well below the log's 1 MiB. */
const EVENTS_OF_APPEND = 500;
const ACCEPTED: Outcome = { status: 'accepted' };

/**
 * A large file is mostly people who appear a few times in a stretch of rows; the longer the stretch, the more of
 * them share an append.
 */
const PRESENCE = { chunkRows: 20_000, lanes: 400 };
const RECORDS = { chunkRows: 2_000, lanes: 100 };

export const storing: { [K in Kind]: Storing<K> } = {
  'check-ins': {
    ...PRESENCE,
    lane: (row) => streams.presence(row.personId, row.arrivedAt),
    // A visit known by the source's own id may move to another month, which is another stream.
    identity: ({ personId, visitId }) => visitId && `${personId}\n${visitId}`,
    store: (tools, rows, origin) =>
      storePresence(
        tools.store,
        rows.map((row) => checkedIn(row, origin)),
      ),
  },
  proximity: {
    ...PRESENCE,
    lane: (row) => streams.presence(row.personA, row.startedAt),
    store: (tools, rows, origin) =>
      storePresence(
        tools.store,
        rows.map((row) => proximityObserved(row, origin)),
      ),
  },
  people: { ...RECORDS, lane: (row) => row.personId, store: oneByOne(registerPerson) },
  places: { ...RECORDS, lane: (row) => row.placeId, store: oneByOne(describePlace) },
  isolations: { ...RECORDS, lane: (row) => row.personId, store: oneByOne(isolatePerson) },
  results: { ...RECORDS, lane: (row) => row.sampleId, store: reportResults },
};

/** Stores one row by itself. @throws RowRefused when it cannot be taken. */
export async function storeRow<K extends Kind>(
  tools: Tools,
  kind: K,
  row: Row<K>,
  origin: Origin,
): Promise<Exclude<Outcome, { status: 'refused' }>['status']> {
  const [outcome] = await storeLane(tools, kind, [row], origin);
  if (outcome === undefined) throw new Error(`storing ${kind} gave no outcome`);
  if (outcome.status === 'refused') throw new RowRefused(outcome.complaints);
  return outcome.status;
}

/** Stores the rows of one lane in order; people and streams that were erased refuse them. */
export async function storeLane<K extends Kind>(
  tools: Tools,
  kind: K,
  rows: readonly Row<K>[],
  origin: Origin,
): Promise<Outcome[]> {
  try {
    return await storing[kind].store(tools, rows, origin);
  } catch (error) {
    if (!(error instanceof StreamDeleted)) throw error;
    const complaint = {
      column: '',
      reason: 'concerns someone or something that was erased',
      fix: 'Remove the row: what was erased takes nothing new.',
    };
    return rows.map(() => ({ status: 'refused', complaints: [complaint] }));
  }
}

/** The visit that a check-in tells of, by the id that the log and the API use. */
export function visitIdOfRow(row: Row<'check-ins'>, origin: Origin): string {
  return visitIdOf(origin.provenance.source, row);
}

/** Appends presence events of one stream without reading it first; repeats are known by their ids. */
export async function storePresence(
  store: EventStore,
  facts: readonly { stream: string; event: NewEvent }[],
): Promise<Outcome[]> {
  const stream = facts[0]?.stream;
  if (stream === undefined) return [];
  // One append that holds an id twice would store it twice.
  const events = [...new Map(facts.map(({ event }) => [event.id, event])).values()];
  for (let from = 0; from < events.length; from += EVENTS_OF_APPEND) {
    await appendAny(store, stream, events.slice(from, from + EVENTS_OF_APPEND));
  }
  return facts.map(() => ACCEPTED);
}

async function appendAny(store: EventStore, stream: string, events: readonly NewEvent[]): Promise<void> {
  try {
    await store.append(stream, events, 'any');
  } catch (error) {
    if (!(error instanceof WrongRevision) || events.length === 1) throw error;
    // A batch of which a part is stored is refused, although any revision was asked for; single events are not.
    for (const event of events) await store.append(stream, [event], 'any');
  }
}

function oneByOne<R>(store: (tools: Tools, row: R, origin: Origin) => Promise<Outcome>) {
  return async (tools: Tools, rows: readonly R[], origin: Origin): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const row of rows) outcomes.push(await store(tools, row, origin));
    return outcomes;
  };
}
