import type { Following, FollowListener, LogPosition, SentEvent, TypeFilter } from '@truyvet/event-log-node/client';
import type { Appended, Expected } from './event-store.js';

/**
 * A way to the log for the two calls that carry nearly everything. Neither repeats anything by itself, and errors are
 * those of EventStoreDB's official client.
 */
export interface Wire {
  append(stream: string, expected: Expected, events: readonly SentEvent[]): Promise<Appended>;

  /** Subscribes to the events of some types after a position, or from the start. */
  follow(from: LogPosition | undefined, filter: TypeFilter, listener: FollowListener): Following;

  /** Ends everything. Appends in flight fail, whether they were written or not. */
  close(): void;
}
