import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * The last event that somebody who keeps what a stream came to has taken in. Its time says what its id may not: an id that is
 * made of the content alone comes back when the same is said again in an older copy of the log.
 */
export type LastTaken = Pick<RecordedEvent, 'id' | 'revision' | 'recordedAt'>;

export const lastTaken = ({ id, revision, recordedAt }: LastTaken): LastTaken => ({ id, revision, recordedAt });

/** The log is another one, or an older copy of it: what was kept of the stream says nothing of this one. */
export class AnotherStream extends Error {}

/**
 * What came after an event of a stream; all of it where that is undefined. The event itself is read too, since a log may be
 * replaced under whoever follows it: at its revision, another one's stream has another event, or ends before.
 * @throws AnotherStream before anything is given.
 */
export async function* readAfter<E extends Event>(
  store: Pick<EventStore, 'read'>,
  stream: Stream<E>,
  last: LastTaken | undefined,
): AsyncIterable<RecordedEvent<E>> {
  if (last === undefined) return yield* store.read(stream);
  let seen = false;
  for await (const event of store.read(stream, last.revision)) {
    if (seen) yield event;
    else if (!isSame(event, last)) throw new AnotherStream();
    seen = true;
  }
  if (!seen) throw new AnotherStream();
}

const isSame = (a: LastTaken, b: LastTaken): boolean =>
  a.id === b.id && a.revision === b.revision && a.recordedAt.getTime() === b.recordedAt.getTime();
