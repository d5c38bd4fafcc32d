import type { RecordedEvent } from './event-store.js';

/** How often an event is tried alone before it is set aside. */
export const TRIES = 3;
/** How many failures in a row may look like database trouble before the events are suspected. */
const PATIENCE = 6;

/**
 * Finds the event that makes a batch fail repeatedly. Batches are halved until one event is alone, and double again
 * with each success.
 */
export class Isolation {
  #most: number;
  #failures = 0;
  #alone: { id: string; tries: number } | undefined;

  /** @param largest number of events in a batch while nothing fails. */
  constructor(private readonly largest: number) {
    this.#most = largest;
  }

  /** The most events for the next batch. */
  get most(): number {
    return this.#most;
  }

  /** Whether batches are still reduced. */
  get isolating(): boolean {
    return this.#most < this.largest;
  }

  passed(): void {
    this.#most = Math.min(this.largest, this.#most * 2);
    this.#failures = 0;
    this.#alone = undefined;
  }

  /**
   * Records that writing these events failed while the database answered.
   * @param events undefined when other events were being written at the same time.
   * @param passing whether such an error usually goes away by itself.
   * @returns the event to be set aside and the number of tries; undefined while there is none.
   */
  failed(
    events: readonly RecordedEvent[] | undefined,
    passing: boolean,
  ): { event: RecordedEvent; tries: number } | undefined {
    this.#failures++;
    if (passing && this.#failures < PATIENCE) return undefined;
    const [event, ...others] = events ?? [];
    if (!event || others.length > 0) {
      this.#most = Math.max(1, Math.ceil(Math.min(this.#most, events?.length || this.#most) / 2));
      return undefined;
    }
    this.#most = 1;
    const tries = this.#alone?.id === event.id ? this.#alone.tries + 1 : 1;
    this.#alone = { id: event.id, tries };
    return tries < TRIES ? undefined : { event, tries };
  }
}
