import type { DomainEvent } from './events.js';
import { checkAppend } from '../../src/event-log/append-size.js';
import { isOursOfUnknownType, UNKNOWN_TYPE } from '../../src/event-log/catalogue.js';
import { CATALOGUE } from './events.js';
import { UnreadableError, type Event } from '../../src/kernel/event.js';
import type { Stream } from '../../src/kernel/stream.js';
import {
  comparePositions,
  LogReplaced,
  StreamDeleted,
  WrongRevision,
  type Appended,
  type Batch,
  type EventStore,
  type Expected,
  type FollowOptions,
  type LogEnd,
  type LogMark,
  type LogStanding,
  type MarkedLog,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from '../../src/event-log/event-store.js';
import { Gathering } from '../../src/event-log/gathering.js';

/**
 * The log in memory, for tests of code that uses it. It answers as a real server does, including its oddities: a batch
 * of which only a part is stored is refused whatever revision was expected, and an id twice in one append is stored
 * twice.
 */
export class MemoryEventStore implements EventStore, MarkedLog {
  readonly all: RecordedEvent<DomainEvent>[] = [];
  /** Milliseconds. */
  now: () => number = Date.now;
  /** Accepts events with any content, as an earlier version of the program or another program may have stored them. */
  unchecked = false;
  /** Reasons why events cannot be read, by their ids: a newer version of the program, or broken content. */
  readonly broken = new Map<string, string>();
  readonly #streams = new Map<string, RecordedEvent<DomainEvent>[]>();
  readonly #deleted = new Set<string>();
  readonly #followers = new Set<() => void>();
  readonly #closing = new AbortController();
  #commit = 0n;

  async append<E extends Event>(of: Stream<E>, events: readonly NewEvent<E>[], expected: Expected): Promise<Appended> {
    const { name: stream } = of;
    if (!this.unchecked) checkAppend(of, events);
    // An answer over a network never arrives in the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#deleted.has(stream)) throw new StreamDeleted(stream);
    const stored = this.#streams.get(stream) ?? [];
    const actual = stored.length === 0 ? 'no-stream' : stored.length - 1;
    // If the revision is as expected, a server does not check whether the stream already contains the events.
    const looked = expected === actual ? [] : stored;
    const repeated = events.map(({ id }) => looked.find((event) => event.id === id));
    const last = repeated.at(-1);
    if (last && repeated.every((each) => each !== undefined)) {
      return { revision: last.revision, position: last.position };
    }
    const partly = repeated.some((each) => each !== undefined);
    if (partly || (expected !== 'any' && expected !== actual)) throw new WrongRevision(stream, expected, actual);
    let position: Position = { commit: 0n, prepare: 0n };
    for (const { id, event, provenance } of events) {
      this.#commit += 100n;
      position = { commit: this.#commit, prepare: this.#commit };
      const { source, actor, correlationId, causationId, laboratory = false } = provenance;
      const recorded = {
        ...structuredClone(event),
        id,
        stream,
        revision: stored.length,
        position,
        provenance: { source, ...(actor && { actor }), correlationId, causationId, laboratory },
        recordedAt: new Date(this.now()),
      } as RecordedEvent<DomainEvent>;
      stored.push(recorded);
      this.all.push(recorded);
    }
    this.#streams.set(stream, stored);
    this.#followers.forEach((wake) => wake());
    return { revision: stored.length - 1, position };
  }

  async *read<E extends Event>({ name, events }: Stream<E>, from = 0): AsyncIterable<RecordedEvent<E>> {
    await Promise.resolve();
    for (const event of structuredClone((this.#streams.get(name) ?? []).slice(from))) {
      if (!events.includes(event)) continue;
      const reason = this.broken.get(event.id);
      if (reason !== undefined) throw new UnreadableError(reason);
      // An event that was checked when it was stored may be invalid when it is read.
      if (this.unchecked) events.of(event.type)?.read(CATALOGUE.of(event.type)?.version ?? 1, event.data);
      yield event;
    }
  }

  isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean> {
    const last = this.all.findLast(({ type }) => types.includes(type));
    return Promise.resolve(last !== undefined && (!position || comparePositions(last.position, position) > 0));
  }

  end(): Promise<LogEnd | undefined> {
    const last = this.all.at(-1);
    if (last === undefined) return Promise.resolve(undefined);
    const { id, stream, revision, position } = last;
    const recordedAt = this.all.findLast(({ type }) => !CATALOGUE.of(type)?.timeless)?.recordedAt;
    return Promise.resolve({ position, event: { id, stream, revision, position }, ...(recordedAt && { recordedAt }) });
  }

  async mark(): Promise<LogMark | undefined> {
    const end = await this.end();
    return end && { event: end.event };
  }

  standing({ event }: LogMark): Promise<LogStanding> {
    const last = this.all.at(-1);
    const ends = !last || comparePositions(last.position, event.position) < 0;
    if (ends && !this.#deleted.has(event.stream)) return Promise.resolve('shorter');
    const there = this.all.find(({ position }) => comparePositions(position, event.position) === 0);
    const held = there ? there.id === event.id : this.#deleted.has(event.stream);
    return Promise.resolve(held ? 'same' : 'other');
  }

  async *follow<E extends Event>(options: FollowOptions<E>): AsyncIterable<Batch<E>> {
    const { after, given, events, unknown = false, maxEvents, maxWait, signal } = options;
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    if (stop.aborted) return;
    const standing = given ? await this.standing({ event: given }) : 'same';
    if (given && standing !== 'same') throw new LogReplaced(standing, given);
    const gathering = new Gathering<E>(maxEvents, maxWait);
    let next = after ? this.all.findIndex(({ position }) => comparePositions(position, after) > 0) : 0;
    if (next < 0) next = this.all.length;
    const feed = (): void => {
      for (let event = this.all[next]; event && !gathering.full; event = this.all[next]) {
        next++;
        const strange =
          unknown && isOursOfUnknownType(CATALOGUE, event.type, { v: 1, source: event.provenance.source });
        const reason = strange ? UNKNOWN_TYPE : this.broken.get(event.id);
        if (reason !== undefined && (strange || events.includes(event))) {
          const { id, type, revision, position } = event;
          gathering.addUnreadable({ id, type, stream: event.stream, revision, position, reason });
        } else if (events.includes(event)) gathering.add(structuredClone(event), event.position);
        else gathering.reach(event.position);
      }
      if (gathering.full) gathering.onRoom(feed);
    };
    this.#followers.add(feed);
    stop.addEventListener('abort', () => gathering.close(), { once: true });
    feed();
    try {
      for (let batch = await gathering.take(); batch; batch = await gathering.take()) yield batch;
    } finally {
      this.#followers.delete(feed);
    }
  }

  /** Tombstones a stream: its events are gone, and it accepts no others. */
  erase(stream: string): void {
    this.#deleted.add(stream);
    const gone = new Set(this.#streams.get(stream));
    this.#streams.delete(stream);
    this.all.splice(0, this.all.length, ...this.all.filter((event) => !gone.has(event)));
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }
}
