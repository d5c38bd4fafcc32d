import type {
  Following,
  FollowListener,
  LogPosition,
  ReadEvent,
  SentEvent,
  TypeFilter,
} from '@truyvet/event-log-node/client';
import type { Appended, Expected } from './event-store.js';

/** Only servers up to 22.6 leave out the position. */
export type StreamEvent = Omit<ReadEvent, 'position'> & { position: LogPosition | undefined };

/**
 * A way to the log for the calls that carry nearly everything. Neither repeats anything by itself, and errors are
 * those of EventStoreDB's official client.
 */
export interface Wire {
  append(stream: string, expected: Expected, events: readonly SentEvent[]): Promise<Appended>;

  /**
   * Reads events of a stream in its order.
   * @param count the most events: the stream goes on only if there are as many.
   * @returns no events when there is no such stream.
   */
  read(stream: string, from: number, count: number): Promise<StreamEvent[]>;

  /** Subscribes to the events of some types after a position, or from the start. */
  follow(from: LogPosition | undefined, filter: TypeFilter, listener: FollowListener): Following;

  /** Ends everything. Reads and appends in flight fail, whether they were written or not. */
  close(): void;
}
