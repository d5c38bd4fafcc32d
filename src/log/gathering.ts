import type { Batch, Position, RecordedEvent } from './event-store.js';

/**
 * Gathers what a subscription brings into batches: one is handed over when it is full or has waited long enough.
 * While one is handled the next fills, and then the subscription has to pause: memory stays bounded.
 */
export class Gathering<E extends RecordedEvent> {
  #events: E[] = [];
  #position: Position | undefined;
  #firstAt = 0;
  #taker: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #room: (() => void) | undefined;
  #closed = false;
  #failure: { error: unknown } | undefined;

  /** @param maxWait in milliseconds. */
  constructor(
    private readonly maxEvents: number,
    private readonly maxWait: number,
  ) {}

  get full(): boolean {
    return this.#events.length >= this.maxEvents;
  }

  add(event: E, position: Position): void {
    this.#events.push(event);
    this.reach(position);
  }

  /** The subscription has come so far, with or without an event. */
  reach(position: Position): void {
    if (this.#position === undefined) this.#firstAt = Date.now();
    this.#position = position;
    this.#wake();
  }

  /** Called once when a full gathering was taken. */
  onRoom(callback: () => void): void {
    this.#room = callback;
  }

  /** The next batch; undefined when the gathering was closed. @throws what it failed with, once all before is taken. */
  async take(): Promise<Batch | undefined> {
    while (!this.#closed && !this.#due()) {
      await new Promise<void>((resolve) => {
        this.#taker = resolve;
        this.#wake();
      });
    }
    if (this.#closed) return undefined;
    if (this.#position === undefined) throw this.#failure?.error;
    const batch: Batch = { events: this.#events, position: this.#position };
    this.#events = [];
    this.#position = undefined;
    const room = this.#room;
    this.#room = undefined;
    room?.();
    return batch;
  }

  /** Nothing can be gathered beyond what is. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#taker?.();
  }

  #due(): boolean {
    return (
      this.full ||
      this.#failure !== undefined ||
      (this.#position !== undefined && Date.now() - this.#firstAt >= this.maxWait)
    );
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
