import type { EventStore, RecordedEvent } from './event-store.js';

/** The last event that somebody who keeps what a stream came to has taken in. */
export type LastTaken = Pick<RecordedEvent, 'id' | 'revision'>;

/** The log is another one, or an older copy of it: what was kept of the stream says nothing of this one. */
export class AnotherStream extends Error {}

/**
 * What came after an event of a stream; all of it where that is undefined. The event itself is read too, since a log may be
 * replaced under whoever follows it: at its revision, another one's stream has another event, or ends before.
 * @throws AnotherStream before anything is given.
 */
export async function* readAfter(
  store: Pick<EventStore, 'read'>,
  stream: string,
  last: LastTaken | undefined,
): AsyncIterable<RecordedEvent> {
  if (last === undefined) return yield* store.read(stream);
  let seen = false;
  for await (const event of store.read(stream, last.revision)) {
    if (seen) yield event;
    else if (event.id !== last.id || event.revision !== last.revision) throw new AnotherStream();
    seen = true;
  }
  if (!seen) throw new AnotherStream();
}
