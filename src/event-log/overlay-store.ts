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
 * A log as it would be: reads what the log holds and what was appended here, which never reaches the log. For asking what
 * would follow from something, by the code by which it follows.
 */
export class OverlayStore implements EventStore {
  /** What was appended, in order. */
  readonly appended: RecordedEvent[] = [];
  readonly #streams = new Map<string, RecordedEvent[]>();
  /** Of the streams that were looked at, as the log held them then. */
  readonly #lengths = new Map<string, Promise<number>>();

  /**
   * @param position at which whatever is appended is said to stand: a reader that has passed it has passed all of it.
   * @param now when it is said to be recorded, in milliseconds.
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
      // What the log takes in meanwhile stands where what was appended here does.
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

  /** The log goes on being used by whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Of what the log holds; looked at once, so that all that is asked of a stream is asked of one moment. */
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
