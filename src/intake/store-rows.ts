import { presenceStream } from '../presence/events.js';
import { StreamDeleted, type EventStore } from '../event-log/event-store.js';
import { isOurVisitId, visitNamed } from '../presence/named-visits.js';
import { checkedIn, proximityObserved, visitIdOfRow, type CheckIn, type Fact } from '../presence/presence.js';
import { describePlace, isolatePerson, registerPerson, reportResults } from './records.js';
import { RowRefused } from '../requests/refusal.js';
import type { Kind, Row } from './rows.js';
import { storeScans } from '../presence/scans.js';
import { storePresence } from '../presence/store-presence.js';
import type { Origin, Outcome, Taken, Tools } from './tools.js';

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

/**
 * A large file is mostly people who appear a few times in a stretch of rows; the longer the stretch, the more of
 * them share an append.
 */
const PRESENCE = { chunkRows: 20_000, lanes: 400 };
const RECORDS = { chunkRows: 2_000, lanes: 100 };

export const storing: { [K in Kind]: Storing<K> } = {
  'check-ins': {
    ...PRESENCE,
    // Where one check-in may end the stay of another, those of a person wait for one another, whatever their months.
    lane: (row, { scanning }) => (scanning ? row.personId : presenceStream(row.personId, row.arrivedAt).name),
    // A visit known by the source's own id may move to another month, which is another stream.
    identity: ({ personId, visitId }) => visitId && `${personId}\n${visitId}`,
    store: async (tools, given, origin) => {
      const rows = await Promise.all(given.map((row) => withVisitOfOurs(tools.store, row)));
      return origin.scanning
        ? storeScans(tools, rows, origin, origin.scanning)
        : storeUnread(tools, rows, (row) => ({ fact: checkedIn(row, origin), visitId: visitIdOfRow(row, origin) }));
    },
  },
  proximity: {
    ...PRESENCE,
    lane: (row) => presenceStream(row.personA, row.startedAt).name,
    store: (tools, rows, origin) => storeUnread(tools, rows, (row) => ({ fact: proximityObserved(row, origin) })),
  },
  people: { ...RECORDS, lane: (row) => row.personId, store: oneByOne(registerPerson) },
  places: { ...RECORDS, lane: (row) => row.placeId, store: oneByOne(describePlace) },
  isolations: { ...RECORDS, lane: (row) => row.personId, store: oneByOne(isolatePerson) },
  results: { ...RECORDS, lane: (row) => row.sampleId, store: reportResults },
};

/** Stores one row by itself. @throws RowRefused when it cannot be taken. */
export async function storeRow<K extends Kind>(tools: Tools, kind: K, row: Row<K>, origin: Origin): Promise<Taken> {
  const [outcome] = await storeLane(tools, kind, [row], origin);
  if (outcome === undefined) throw new Error(`storing ${kind} gave no outcome`);
  if (outcome.status === 'refused') throw new RowRefused(outcome.complaints);
  return outcome;
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

/** A file may name a visit by the id that HTTP answered its check-in with: then the row is of that visit. */
async function withVisitOfOurs(store: EventStore, row: CheckIn): Promise<CheckIn> {
  if (row.visitId === undefined || !isOurVisitId(row.visitId)) return row;
  const known = await visitNamed(store, row.visitId.toLowerCase(), row);
  return known === row.visitId.toLowerCase() ? { ...row, knownAs: known } : row;
}

async function storeUnread<R>(
  { store }: Tools,
  rows: readonly R[],
  read: (row: R) => { fact: Fact; visitId?: string },
): Promise<Outcome[]> {
  const found = rows.map(read);
  await storePresence(
    store,
    found.map(({ fact }) => fact),
  );
  return found.map(({ visitId }) => ({ status: 'accepted', ...(visitId !== undefined && { visitId }) }));
}

function oneByOne<R>(store: (tools: Tools, row: R, origin: Origin) => Promise<Outcome>) {
  return async (tools: Tools, rows: readonly R[], origin: Origin): Promise<Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const row of rows) outcomes.push(await store(tools, row, origin));
    return outcomes;
  };
}
