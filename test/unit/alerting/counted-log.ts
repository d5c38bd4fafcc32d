import type { Event } from '../../../src/kernel/event.js';
import type { Stream } from '../../../src/kernel/stream.js';
import type { Appended, Expected, NewEvent, RecordedEvent } from '../../../src/event-log/event-store.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';

/** Counts reads and appends by the kind of stream. */
export class CountedLog extends MemoryEventStore {
  readonly #counts = new Map<string, number>();

  /** The counts since the last call, such as `append alert 2`. */
  take(): string[] {
    const counted = [...this.#counts].map(([what, count]) => `${what} ${count}`).sort();
    this.#counts.clear();
    return counted;
  }

  override append<E extends Event>(of: Stream<E>, events: readonly NewEvent<E>[], at: Expected): Promise<Appended> {
    this.#count('append', of.name);
    return super.append(of, events, at);
  }

  override read<E extends Event>(of: Stream<E>, from = 0): AsyncIterable<RecordedEvent<E>> {
    this.#count('read', of.name);
    return super.read(of, from);
  }

  #count(what: string, stream: string): void {
    const key = `${what} ${stream.split('-', 1)[0]}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}
