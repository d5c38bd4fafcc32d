import { UnreadableError, type Event, type EventSet } from '../kernel/event.js';
import type { AsideNote } from './aside-notes.js';
import { UNKNOWN_TYPE } from './catalogue.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * Reads an event that was set aside, for a retry.
 * @param events the types that it may have.
 * @returns undefined when the log does not have it any more, as after a person was erased.
 * @throws UnreadableError when it still cannot be read, or has another type.
 */
export async function storedEvent<E extends Event>(
  store: Pick<EventStore, 'read'>,
  events: EventSet<E>,
  { stream, revision, id, type }: Pick<AsideNote, 'stream' | 'revision' | 'id' | 'type'>,
): Promise<RecordedEvent<E> | undefined> {
  // Reading a stream skips events of unknown types, which would look as if the event no longer existed.
  if (!events.of(type)) throw new UnreadableError(UNKNOWN_TYPE);
  try {
    for await (const event of store.read({ name: stream, events }, revision)) {
      return event.id === id ? event : undefined;
    }
    return undefined;
  } catch (error) {
    throw error instanceof UnreadableError ? new UnreadableError(error.reason) : error;
  }
}
