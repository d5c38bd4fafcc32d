import type { Stream } from '../kernel/stream.js';
import type { EventStore } from './event-store.js';

/** Whether a stream has any events. */
export async function hasEvents(store: EventStore, stream: Stream): Promise<boolean> {
  let found = false;
  // Read to its end: abandoning a read costs the client a connection.
  for await (const _ of store.read(stream)) found = true;
  return found;
}
