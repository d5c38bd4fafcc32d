import type { AsideNote } from './aside-notes.js';
import { checkEvent, isEventType, UNKNOWN_TYPE, UnreadableError, whyUnreadable } from './catalogue.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * An event that was set aside, to be tried again: what could not be read then comes in no earlier than it can be.
 * @returns undefined when the log does not hold it any more, as after somebody was erased.
 * @throws UnreadableError when it is not as its type says it is, or of a type that nobody knows.
 */
export async function storedEvent(
  store: Pick<EventStore, 'read'>,
  { stream, revision, id, type }: Pick<AsideNote, 'stream' | 'revision' | 'id' | 'type'>,
): Promise<RecordedEvent | undefined> {
  // A stream is read without what nobody knows, which is there all the same.
  if (!isEventType(type)) throw new UnreadableError(UNKNOWN_TYPE);
  for await (const event of store.read(stream, revision)) {
    if (event.id !== id) return undefined;
    try {
      checkEvent(event);
    } catch (error) {
      throw new UnreadableError(whyUnreadable(error));
    }
    return event;
  }
  return undefined;
}
