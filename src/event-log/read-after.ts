import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import type { EventStore, RecordedEvent } from './event-store.js';

/**
 * The last event that is part of a kept state of a stream. Its time is compared too: an id that depends only on the
 * content recurs when the same content is recorded again in an older copy of the log.
 */
export type LastTaken = Pick<RecordedEvent, 'id' | 'revision' | 'recordedAt'>;

export const lastTaken = ({ id, revision, recordedAt }: LastTaken): LastTaken => ({ id, revision, recordedAt });

/** The log was replaced by another one or an older copy, so a kept state of the stream is not valid any more. */
export class AnotherStream extends Error {}

/**
 * The events of a stream after an event, or all events when `last` is undefined. Also reads that event, because the log
 * may have been replaced: then the stream has another event at that revision, or ends before it.
 * @throws AnotherStream before the first event.
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
