import type { Event } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import {
  WrongRevision,
  type Appended,
  type Batch,
  type EventStore,
  type Expected,
  type FollowOptions,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from './event-store.js';

/**
 * A log with additional events that never reach the real log. It answers what would follow from something, by running
 * the same code as the real thing.
 */
export class OverlayStore implements EventStore {
  /** The appended events, in order. */
  readonly appended: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  /** The length of each stream that was read, as it was in the log then. */
  readonly #lengths = new Map<string, Promise<number>>();

  /**
   * @param position the position of every appended event: a reader that has passed it has passed all of them.
   * @param now the time of recording, in milliseconds.
   */
  constructor(
    private readonly store: EventStore,
    private readonly position: Position,
    private readonly now: () => number,
  ) {}

  async append<E extends Event>(
    stream: Stream<E>,
    events: readonly NewEvent<E>[],
    expected: Expected,
  ): Promise<Appended> {
    const { name } = stream;
    const stored = await this.#lengthOf(stream);
    const own = this.#streams.get(name) ?? [];
    const length = stored + own.length;
    const actual = length === 0 ? ('no-stream' as const) : length - 1;
    if (expected !== 'any' && expected !== actual) throw new WrongRevision(name, expected, actual);
    const added = events.map(({ id, event, provenance }, i): RecordedEvent<E> => ({
      ...event,
      ...{ id, stream: name, revision: length + i, position: this.position },
      ...{ provenance, recordedAt: new Date(this.now()) },
    }));
    this.#streams.set(name, [...own, ...added]);
    this.appended.push(...added);
    return { revision: length + events.length - 1, position: this.position };
  }

  async *read<E extends Event>(stream: Stream<E>, from = 0): AsyncIterable<RecordedEvent<E>> {
    const { name, events } = stream;
    const end = await this.#lengths.get(name);
    let length = from;
    for await (const event of this.store.read(stream, from)) {
      // The log may have new events at the revisions of the events appended here.
      if (end !== undefined && event.revision >= end) continue;
      length = event.revision + 1;
      yield event;
    }
    if (from === 0 && !this.#lengths.has(name)) this.#lengths.set(name, Promise.resolve(length));
    for (const event of this.#streams.get(name) ?? []) {
      if (event.revision >= from && events.includes(event)) yield event;
    }
  }

  isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean> {
    return this.store.isBehind(position, types);
  }

  follow<E extends Event>(options: FollowOptions<E>): AsyncIterable<Batch<E>> {
    return this.store.follow(options);
  }

  /** Does nothing: the log is still in use by the code that opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The length in the log. Read once, so that every answer about a stream is of the same moment. */
  #lengthOf(stream: Stream): Promise<number> {
    const known = this.#lengths.get(stream.name) ?? this.#count(stream);
    this.#lengths.set(stream.name, known);
    return known;
  }

  async #count(stream: Stream): Promise<number> {
    let length = 0;
    for await (const event of this.store.read(stream)) length = event.revision + 1;
    return length;
  }
}
