import type { Event } from '../kernel/event.js';
import type { Batch, Position, RecordedEvent, UnreadableEvent } from './event-store.js';

/**
 * Gathers the events of a subscription into batches. A batch is delivered when it is full or has waited long enough.
 * While one is handled the next fills up; then the subscription has to pause, so that memory stays bounded.
 */
export class Gathering<E extends Event> {
  #events: RecordedEvent<E>[] = [];
  #unreadable: UnreadableEvent[] = [];
  #position: Position | undefined;
  #firstAt = 0;
  #taker: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #room: (() => void) | undefined;
  #closed = false;

  /** @param maxWait how long an event may wait, in milliseconds. */
  constructor(
    private readonly maxEvents: number,
    private readonly maxWait: number,
  ) {}

  get full(): boolean {
    return this.#events.length + this.#unreadable.length >= this.maxEvents;
  }

  add(event: RecordedEvent<E>, position: Position): void {
    this.#events.push(event);
    this.reach(position);
  }

  /** Adds an event that cannot be read. */
  addUnreadable(event: UnreadableEvent): void {
    this.#unreadable.push(event);
    this.reach(event.position);
  }

  /** Records how far the subscription has come, with or without an event. */
  reach(position: Position): void {
    if (this.#position === undefined) this.#firstAt = Date.now();
    this.#position = position;
    this.#wake();
  }

  /** Calls back once, when the current batch is taken. */
  onRoom(callback: () => void): void {
    this.#room = callback;
  }

  /** Waits for the next batch; undefined once the gathering is closed. */
  async take(): Promise<Batch<E> | undefined> {
    while (!this.#closed && !this.#due()) {
      await new Promise<void>((resolve) => {
        this.#taker = resolve;
        this.#wake();
      });
    }
    if (this.#closed || this.#position === undefined) return undefined;
    const batch: Batch<E> = {
      events: this.#events,
      position: this.#position,
      ...(this.#unreadable.length > 0 && { unreadable: this.#unreadable }),
    };
    this.#events = [];
    this.#unreadable = [];
    this.#position = undefined;
    const room = this.#room;
    this.#room = undefined;
    room?.();
    return batch;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#taker?.();
  }

  #due(): boolean {
    return this.full || (this.#position !== undefined && Date.now() - this.#firstAt >= this.maxWait);
  }

  #wake(): void {
    if (!this.#taker) return;
    if (this.#due()) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      const taker = this.#taker;
      this.#taker = undefined;
      taker();
    } else if (this.#position !== undefined && !this.#timer) {
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          this.#wake();
        },
        Math.max(1, this.#firstAt + this.maxWait - Date.now()),
      );
    }
  }
}
