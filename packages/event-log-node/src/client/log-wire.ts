import { Appends } from './appends.js';
import { closed, unavailable } from './call-errors.js';
import type { ExpectedRevision, SentEvent } from './append-messages.js';
import type { Call, Connection } from './connection.js';
import { Members } from './members.js';
import {
  followFrame,
  readFollowMessage,
  streamFrame,
  type LogPosition,
  type ReadEvent,
  type TypeFilter,
} from './read-messages.js';
import { wireSettings } from './settings.js';

export type { ExpectedRevision, SentEvent } from './append-messages.js';
export type { LogPosition, ReadEvent, TypeFilter } from './read-messages.js';

const READ = '/event_store.client.streams.Streams/Read';

/** Takes what a subscription receives, in the order of the log. */
export interface FollowListener {
  event(event: ReadEvent): void;
  /** Every event up to here was sent, or is not wanted. */
  checkpoint(position: LogPosition): void;
  /** Called once, when the subscription ended by itself; nothing follows. */
  error(error: Error): void;
}

/** A running subscription. */
export interface Following {
  /** Nothing comes until `resume`: the log waits, too, or drops the subscription. */
  pause(): void;
  resume(): void;
  /** Ends it; nothing comes any more. */
  close(): void;
}

/**
 * Appends to an event log, reads its streams and follows it, over an HTTP/2 connection of Node's: the calls of
 * EventStoreDB's protocol that carry nearly everything. The official client spends most of their processor time on objects
 * that nobody needs.
 * Errors are those of the official client. It connects with the first call, and again with the next one after a failure;
 * it repeats nothing by itself.
 */
export class LogWire {
  readonly #members: Members;
  readonly #appends: Appends;
  readonly #followings = new Set<Call>();

  /** @throws Error when the connection string cannot be parsed, or names a file that cannot be read. */
  constructor(url: string) {
    const settings = wireSettings(url);
    this.#members = new Members(settings);
    this.#appends = new Appends(this.#members, settings.deadline);
  }

  /**
   * Appends all events or none; they are durable when the promise resolves. Many appends may be in flight.
   * @returns the revision and the position of the last event.
   */
  append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly SentEvent[],
  ): Promise<{ revision: number; position: LogPosition | undefined }> {
    return this.#appends.append(stream, expected, events);
  }

  /**
   * Reads events of a stream in its order.
   * @param from the first revision.
   * @param count the most events: the stream goes on only if there are as many.
   * @returns no events when there is no such stream.
   */
  async read(stream: string, from: number, count: number): Promise<ReadEvent[]> {
    const connection = await this.#members.connection('preferred');
    return new Promise((resolve, reject) => {
      const events: ReadEvent[] = [];
      const call = connection.call(
        READ,
        {},
        {
          message: (bytes) => {
            try {
              const { event } = readFollowMessage(bytes);
              if (event) events.push(event);
            } catch (error) {
              call.cancel();
              reject(brokenOr(error));
            }
          },
          end: (error) => {
            if (!error) return resolve(events);
            this.#members.ended(connection, error);
            reject(error);
          },
        },
      );
      call.finish(streamFrame(stream, from, count));
    });
  }

  /** Subscribes to the whole log. @param from the position after which it begins; undefined for the start. */
  follow(from: LogPosition | undefined, filter: TypeFilter, listener: FollowListener): Following {
    let call: Call | undefined;
    let paused = false;
    let over = false;
    const end = (error: Error) => {
      if (call) this.#followings.delete(call);
      if (over) return;
      over = true;
      listener.error(error);
    };
    const begin = (connection: Connection) => {
      if (over) return;
      call = connection.call(
        READ,
        {},
        {
          message: (bytes) => {
            try {
              const { event, checkpoint } = readFollowMessage(bytes);
              if (event) listener.event(event);
              else if (checkpoint) listener.checkpoint(checkpoint);
            } catch (error) {
              call?.cancel();
              end(brokenOr(error));
            }
          },
          end: (error = unavailable('the log ended the subscription')) => {
            this.#members.ended(connection, error);
            end(error);
          },
        },
      );
      this.#followings.add(call);
      if (paused) call.pause();
      call.finish(followFrame(from, filter));
    };
    this.#members
      .connection('preferred')
      .then(begin)
      .catch((error: unknown) => end(asError(error)));
    return {
      pause: () => {
        paused = true;
        call?.pause();
      },
      resume: () => {
        paused = false;
        call?.resume();
      },
      close: () => {
        over = true;
        call?.cancel();
        if (call) this.#followings.delete(call);
      },
    };
  }

  /** Ends everything; appends in flight fail, whether they were written or not. */
  close(): void {
    for (const call of this.#followings) call.cancel();
    this.#appends.close(closed());
    this.#members.close();
  }
}

function brokenOr(error: unknown): Error {
  return error instanceof RangeError ? unavailable(`the log sent a broken message: ${error.message}`) : asError(error);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
