import type { Outcome } from '../intake/outcome.js';
import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { LARGEST_APPEND, sizeOf } from '../event-log/append-size.js';
import { WrongRevision, type EventStore, type NewEvent } from '../event-log/event-store.js';
import type { Fact } from './presence.js';

/** Most events per append, so that no append takes long. */
const EVENTS_OF_APPEND = 500;

/** Appends presence events of one stream without reading it first; the log recognises repeats by their ids. */
export function storePresence(store: EventStore, facts: readonly Fact[]): Promise<void> {
  const [first, second] = facts;
  if (first === undefined) return Promise.resolve();
  // In a large file most rows come alone.
  return second === undefined
    ? appendAny(store, first.stream, [first.event])
    : storeSeveral(store, first.stream, facts);
}

async function storeSeveral(store: EventStore, stream: Fact['stream'], facts: readonly Fact[]): Promise<void> {
  // An id that is twice in one append would be stored twice.
  const events = [...new Map(facts.map(({ event }) => [event.id, event])).values()];
  for (const part of partsOf(stream, events)) await appendAny(store, stream, part);
}

/** Divides events into parts that are small enough for an append. */
function* partsOf<E extends Event>(stream: Stream<E>, events: readonly NewEvent<E>[]): Iterable<NewEvent<E>[]> {
  let part: NewEvent<E>[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(stream, event);
    if (part.length === EVENTS_OF_APPEND || (part.length > 0 && bytes + size > LARGEST_APPEND)) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += size;
  }
  if (part.length > 0) yield part;
}

async function appendAny<E extends Event>(
  store: EventStore,
  stream: Stream<E>,
  events: readonly NewEvent<E>[],
): Promise<void> {
  try {
    await store.append(stream, events, 'any');
  } catch (error) {
    if (!(error instanceof WrongRevision) || events.length === 1) throw error;
    // The server refuses a batch that is partly stored, even with `any`; it accepts single events.
    for (const event of events) await store.append(stream, [event], 'any');
  }
}

/**
 * Rows that are stored without reading the log. In a large file, most people appear only a few times in a chunk of
 * rows; the longer the chunk, the more rows share an append.
 */
export const UNREAD = { unread: true, chunkRows: 20_000, lanes: 400 } as const;

const ACCEPTED: Outcome = { status: 'accepted' };

/** Stores the facts of rows. */
export async function storeUnread<Row>(
  store: EventStore,
  rows: readonly Row[],
  read: (row: Row) => { fact: Fact; visitId?: string },
): Promise<Outcome[]> {
  const found = rows.map(read);
  await storePresence(
    store,
    found.map(({ fact }) => fact),
  );
  return found.map(({ visitId }) => (visitId === undefined ? ACCEPTED : { status: 'accepted', visitId }));
}
