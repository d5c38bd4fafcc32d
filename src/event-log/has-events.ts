import type { Stream } from '../kernel/stream.js';
import type { EventStore } from './event-store.js';

/** Whether a stream holds anything. */
export async function hasEvents(store: EventStore, stream: Stream): Promise<boolean> {
  let found = false;
  // Read to its end: giving a read up halfway costs the client a connection.
  for await (const _ of store.read(stream)) found = true;
  return found;
}
