import { UnreadableError, type Event, type EventSet } from '../kernel/event.js';
import type { AsideNote } from './aside-notes.js';
import { UNKNOWN_TYPE } from './catalogue.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * An event that was set aside, to be tried again: what could not be read then comes in no earlier than it can be.
 * @param events of which types it may be.
 * @returns undefined when the log does not hold it any more, as after somebody was erased.
 * @throws UnreadableError when it is not as its type says it is, or of another type.
 */
export async function storedEvent<E extends Event>(
  store: Pick<EventStore, 'read'>,
  events: EventSet<E>,
  { stream, revision, id, type }: Pick<AsideNote, 'stream' | 'revision' | 'id' | 'type'>,
): Promise<RecordedEvent<E> | undefined> {
  // A stream is read without what nobody knows, which is there all the same.
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
