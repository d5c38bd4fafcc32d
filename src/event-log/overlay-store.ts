import type { EventType } from './events.js';
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

  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    const stored = await this.#lengthOf(stream);
    const own = this.#streams.get(stream) ?? [];
    const length = stored + own.length;
    const actual = length === 0 ? ('no-stream' as const) : length - 1;
    if (expected !== 'any' && expected !== actual) throw new WrongRevision(stream, expected, actual);
    const added = events.map(
      ({ id, event, provenance }, i) =>
        ({
          ...event,
          ...{ id, stream, revision: length + i, position: this.position },
          ...{ provenance, recordedAt: new Date(this.now()) },
        }) as RecordedEvent,
    );
    this.#streams.set(stream, [...own, ...added]);
    this.appended.push(...added);
    return { revision: length + events.length - 1, position: this.position };
  }

  async *read(stream: string, from = 0): AsyncIterable<RecordedEvent> {
    const end = await this.#lengths.get(stream);
    let length = from;
    for await (const event of this.store.read(stream, from)) {
      // What the log takes in meanwhile stands where what was appended here does.
      if (end !== undefined && event.revision >= end) continue;
      length = event.revision + 1;
      yield event;
    }
    if (from === 0 && !this.#lengths.has(stream)) this.#lengths.set(stream, Promise.resolve(length));
    for (const event of this.#streams.get(stream) ?? []) if (event.revision >= from) yield event;
  }

  isBehind(position: Position | undefined, types: readonly EventType[]): Promise<boolean> {
    return this.store.isBehind(position, types);
  }

  follow(options: FollowOptions): AsyncIterable<Batch> {
    return this.store.follow(options);
  }

  /** The log goes on being used by whoever opened it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Of what the log holds; looked at once, so that all that is asked of a stream is asked of one moment. */
  #lengthOf(stream: string): Promise<number> {
    const known = this.#lengths.get(stream) ?? this.#count(stream);
    this.#lengths.set(stream, known);
    return known;
  }

  async #count(stream: string): Promise<number> {
    let length = 0;
    for await (const event of this.store.read(stream)) length = event.revision + 1;
    return length;
  }
}
