import type { RecordedEvent } from './event-store.js';

/** How often an event is tried alone before it is set aside. */
export const TRIES = 3;
/** Failures in a row that look like those of a database in trouble, after which the events are looked at. */
const PATIENCE = 6;

/**
 * Finds the event for which a batch fails again and again: batches are halved until one event stands alone, and grow
 * again with each that gets through.
 */
export class Isolation {
  #most: number;
  #failures = 0;
  #alone: { id: string; tries: number } | undefined;

  /** @param largest events of a batch where nothing fails. */
  constructor(private readonly largest: number) {
    this.#most = largest;
  }

  /** Events that the next batch may hold. */
  get most(): number {
    return this.#most;
  }

  /** A batch is smaller than it need be. */
  get isolating(): boolean {
    return this.#most < this.largest;
  }

  passed(): void {
    this.#most = Math.min(this.largest, this.#most * 2);
    this.#failures = 0;
    this.#alone = undefined;
  }

  /**
   * Takes in that writing these events failed while the database answered; undefined where others were under way.
   * @param passing whether the error is one of those that usually pass by themselves.
   * @returns the event to be set aside, with how often it was tried.
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
