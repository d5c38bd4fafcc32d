import { WrongRevision, type EventStore, type NewEvent } from '../log/event-store.js';
import type { Fact } from './presence.js';

/** Events an append carries at most: with ids of 100 characters they stay well below the log's 1 MiB. */
const EVENTS_OF_APPEND = 500;

/** Appends presence events of one stream without reading it first; repeats are known by their ids. */
export async function storePresence(store: EventStore, facts: readonly Fact[]): Promise<void> {
  const stream = facts[0]?.stream;
  if (stream === undefined) return;
  // One append that holds an id twice would store it twice.
  const events = [...new Map(facts.map(({ event }) => [event.id, event])).values()];
  for (let from = 0; from < events.length; from += EVENTS_OF_APPEND) {
    await appendAny(store, stream, events.slice(from, from + EVENTS_OF_APPEND));
  }
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
