import type { EventType } from './events.js';
import { END, EventStoreDBClient, eventTypeFilter, type Position } from '@eventstore/db-client';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_AFTER = 100;
/** Milliseconds without an event after which the subscription is renewed. */
const QUIET = 3_000;

/** Reports when an event of some type has just been stored, even if the log is killed now and then. */
export class LogMoments {
  /** Emits the type of each event. */
  readonly moments = new EventEmitter();
  readonly #client: EventStoreDBClient;
  #closed = false;
  readonly #following: Promise<void>;

  constructor(
    url: string,
    private readonly types: readonly EventType[],
  ) {
    this.#client = EventStoreDBClient.connectionString(url);
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.dispose();
    await this.#following;
  }

  async #follow(): Promise<void> {
    let from: Position | typeof END = END;
    while (!this.#closed) {
      let quiet: NodeJS.Timeout | undefined;
      try {
        const filter = eventTypeFilter({ prefixes: [...this.types] });
        const reading = this.#client.subscribeToAll({ fromPosition: from, filter });
        // A subscription whose log was killed may hear nothing more, not even that.
        quiet = setTimeout(() => reading.destroy(), QUIET);
        for await (const { event } of reading) {
          quiet.refresh();
          if (!event) continue;
          from = event.position;
          this.moments.emit(event.type);
        }
      } catch {
        // The log was killed, and it comes back.
        await delay(RETRY_AFTER);
      } finally {
        clearTimeout(quiet);
      }
    }
  }
}
