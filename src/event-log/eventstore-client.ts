import { unverified } from '../kernel/actor.js';
import {
  BACKWARDS,
  END,
  StreamDeletedError,
  WrongExpectedVersionError,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { ExponentialBackoff, handleWhen, noJitterGenerator, retry } from 'cockatiel';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { UnreadableError, type Event, type EventDefinition } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';
import { isOursOfUnknownType, UNKNOWN_TYPE, type Catalogue } from './catalogue.js';
import { checkAppend, textsOf } from './append-size.js';
import { isDamage, isPassing, isTooSlow, orDamaged } from './client-errors.js';
import {
  comparePositions,
  LogRefuses,
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
  type MarkedEvent,
  type MarkedLog,
  type NewEvent,
  type Position,
  type RecordedEvent,
  type UnreadableEvent,
} from './event-store.js';
import {
  endLogClient,
  isUnimplemented,
  openLogClient,
  type Following,
  type ReadEvent,
} from '@truyvet/event-log-node/client';
import { refusalOfLog } from '@truyvet/local-services/probes';
import { chainOf, endOf, markedOf, recordUpTo, standingOf } from './compare-log.js';
import { Gathering } from './gathering.js';
import { readOn } from './leaving-read.js';
import { readMetadata } from './metadata.js';
import { OfficialWire } from './official-wire.js';
import { OwnWire } from './own-wire.js';
import type { StreamEvent, Wire } from './wire.js';

/** How long a call is retried while the log is unavailable, in milliseconds. */
const PATIENCE = 60_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;
const BACKOFF = new ExponentialBackoff({
  ...{ initialDelay: FIRST_PAUSE, maxDelay: LONGEST_PAUSE, generator: noJitterGenerator },
});
/** In events. A reader that is further from the end than this is behind, whatever the events are. */
const LOOKED_THROUGH = 2_000;
/** In events. Most readers are at the end of the log, and a small page shows that. */
const FIRST_PAGE = 4;
const LARGEST_PAGE = 256;
/** In events. Few streams are longer. */
const READ_AT_ONCE = 256;

/** Which way appends, reads of streams and subscriptions take; everything else goes by the official client. */
export type LogClient = 'own' | 'official';

/** Any EventStoreDB: the embedded node, a server or a cluster. */
export class EventStoreClient implements EventStore, MarkedLog {
  readonly #client: EventStoreDBClient;
  readonly #official: Wire;
  #wire: Wire;
  readonly #closing = new AbortController();

  /**
   * @param url a connection string, such as `esdb://127.0.0.1:7813?tls=false`.
   * @param catalogue the known types of events, to recognise those that a newer version of the program wrote.
   */
  constructor(
    private readonly url: string,
    private readonly catalogue: Catalogue,
    by: LogClient = 'own',
  ) {
    // While the log is unavailable every reader listens to this signal, however many there are.
    setMaxListeners(0, this.#closing.signal);
    this.#client = openLogClient(url);
    this.#official = new OfficialWire(this.#client);
    this.#wire = by === 'own' ? new OwnWire(url) : this.#official;
  }

  async append<E extends Event>(
    stream: Stream<E>,
    events: readonly NewEvent<E>[],
    expected: Expected,
  ): Promise<Appended> {
    const { name } = stream;
    checkAppend(stream, events);
    const sent = events.map((each) => ({ id: each.id, type: each.event.type, ...textsOf(stream, each) }));
    // The event ids make a repeated append harmless, even if the answer to the first one was lost.
    return this.#patiently(async () => {
      const wire = this.#wire;
      try {
        return await wire.append(name, expected, sent);
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) {
          const { actualVersion } = error;
          throw new WrongRevision(
            name,
            expected,
            typeof actualVersion === 'bigint' ? Number(actualVersion) : 'no-stream',
          );
        }
        if (error instanceof StreamDeletedError) throw new StreamDeleted(name);
        if (isUnimplemented(error) && wire !== this.#official) {
          // A server from before 21.10 appends in another way, which the official client knows.
          this.#wire = this.#official;
          return await this.#official.append(name, expected, sent);
        }
        throw orDamaged(error);
      }
    });
  }

  async *read<E extends Event>({ name, events }: Stream<E>, from = 0): AsyncIterable<RecordedEvent<E>> {
    let next = from;
    let until = Date.now() + PATIENCE;
    for (;;) {
      let page: StreamEvent[];
      try {
        page = await this.#wire.read(name, next, READ_AT_ONCE);
      } catch (error) {
        if (error instanceof StreamDeletedError) return;
        if (isDamage(error)) throw orDamaged(error);
        if (!isPassing(error) || Date.now() > until) throw error;
        await delay(200, undefined, { signal: this.#closing.signal });
        continue;
      }
      until = Date.now() + PATIENCE;
      for (const event of page) {
        next = event.revision + 1;
        const definition = events.of(event.type);
        if (definition) yield located(event, definition);
      }
      if (page.length < READ_AT_ONCE) return;
    }
  }

  async isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean> {
    const wanted = new Set<string>(types);
    return this.#patiently(async () => {
      // The client cannot filter a read of the whole log, so this searches it from the end, page by page.
      let from: Position | typeof END = END;
      let size = FIRST_PAGE;
      for (let looked = 0; looked < LOOKED_THROUGH; looked += size, size = Math.min(size * 4, LARGEST_PAGE)) {
        const reading = this.#client.readAll({ direction: BACKWARDS, fromPosition: from, maxCount: size });
        const page: { event?: { type: string; position: Position } }[] = await collect(readOn(reading));
        for (const { event } of page) {
          if (!event) continue;
          if (position && comparePositions(event.position, position) <= 0) return false;
          if (wanted.has(event.type)) return true;
          from = event.position;
        }
        if (page.length < size) return false;
      }
      return true;
    });
  }

  end(): Promise<LogEnd | undefined> {
    return this.#patiently(() => endOf(this.#client, this.catalogue));
  }

  async mark(): Promise<LogMark | undefined> {
    return this.#patiently(async () => {
      // The chain first: an event that comes between the two reads is then after the link, and does not look missing.
      const chain = await chainOf(this.#client);
      const end = await endOf(this.#client, this.catalogue);
      return end && { event: end.event, chain };
    });
  }

  standing(mark: LogMark): Promise<LogStanding> {
    return this.#patiently(() => standingOf(this.#client, mark));
  }

  async *follow<E extends Event>({
    after,
    given,
    events,
    unknown = false,
    maxEvents,
    maxWait,
    signal,
    onError,
  }: FollowOptions<E>): AsyncIterable<Batch<E>> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    if (stop.aborted) return;
    const gathering = new Gathering<E>(maxEvents, maxWait);
    let from = after;
    /** The last event that was received. */
    let last: ReadEvent | undefined;
    let replaced: LogReplaced | undefined;
    let pause = FIRST_PAUSE;
    let subscription: Following | undefined;
    let retry: NodeJS.Timeout | undefined;

    let over = false;
    /** Whether a position is after everything that was received: a subscription may start earlier. */
    const isNew = (position: Position) => !from || comparePositions(position, from) > 0;
    const pass = (position: Position) => {
      if (!isNew(position)) return;
      from = position;
      gathering.reach(position);
    };
    const subscribe = () => void subscribeFrom().catch(again);
    const again = (error: unknown) => {
      if (over || stop.aborted) return;
      if (error instanceof LogReplaced) {
        replaced = error;
        gathering.close();
        return;
      }
      // The server drops a live reader that is slower than the writers for a moment: that is normal and not reported.
      if (!isTooSlow(error)) void this.#whyOf(error).then(onError);
      // A subscription fails once and never resumes: the reader starts a new one from its position.
      retry = setTimeout(subscribe, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    const subscribeFrom = async () => {
      // After an interruption, the last event tells whether this is still the same log.
      await this.#requireEvent(last ? markedOf(last) : given);
      const fromPosition = from && (await recordUpTo(this.#client, from));
      if (over || stop.aborted) return;
      // Unknown types cannot be requested by name, so all events come except the server's own.
      const filter = unknown ? { regex: '^[^$]' } : { prefixes: [...events.types] };
      const current = this.#wire.follow(fromPosition, filter, {
        event: (event) => {
          if (current !== subscription || !isNew(event.position)) return;
          pause = FIRST_PAUSE;
          from = event.position;
          last = event;
          const definition = events.of(event.type);
          if (unknown && isOursOfUnknownType(this.catalogue, event.type, event.metadata)) {
            gathering.addUnreadable(unreadable(event, UNKNOWN_TYPE));
          } else if (!definition) gathering.reach(from);
          else {
            const known = readable(event, definition);
            if ('reason' in known) gathering.addUnreadable(known);
            else gathering.add(known, from);
          }
          if (gathering.full) hold();
        },
        checkpoint: (position) => {
          if (current === subscription) pass(position);
        },
        error: (error) => {
          if (current !== subscription) return;
          subscription = undefined;
          again(error);
        },
      });
      const hold = () => {
        current.pause();
        gathering.onRoom(() => current.resume());
      };
      subscription = current;
      if (gathering.full) hold();
    };

    subscribe();
    stop.addEventListener('abort', () => gathering.close(), { once: true });
    try {
      for (;;) {
        const batch = await gathering.take();
        if (replaced) throw replaced;
        if (!batch) return;
        yield batch;
      }
    } finally {
      over = true;
      clearTimeout(retry);
      const current = subscription;
      subscription = undefined;
      current?.close();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wire.close();
    await endLogClient(this.#client);
  }

  /** @throws LogReplaced when the log does not have the event. */
  async #requireEvent(event: MarkedEvent | undefined): Promise<void> {
    const standing = event ? await standingOf(this.#client, { event }) : 'same';
    if (event && standing !== 'same') throw new LogReplaced(standing, event);
  }

  /** Translates an error into one of ours, if there is one for it. */
  async #whyOf(error: unknown): Promise<unknown> {
    if (isDamage(error) || !(error instanceof Error)) return orDamaged(error);
    const refusal = await refusalOfLog(this.url, error);
    return refusal === undefined ? error : new LogRefuses(refusal, error);
  }

  /** Retries with backoff, for a minute, while the log cannot be reached or is starting. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (isDamage(error) || !isPassing(error) || this.#closing.signal.aborted) throw orDamaged(error);
    }
    // Only now, since a policy costs more than an append.
    await delay(FIRST_PAUSE);
    const until = Date.now() + PATIENCE;
    const mayPass = (error: unknown) =>
      !isDamage(error) && isPassing(error) && Date.now() <= until && !this.#closing.signal.aborted;
    try {
      return await retry(handleWhen(mayPass), { backoff: BACKOFF }).execute(attempt);
    } catch (error) {
      throw orDamaged(error);
    }
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Parses an event of a known type for a reader. Does not throw for unreadable content, which would end the reader. */
function readable<E extends Event>(
  event: ReadEvent,
  definition: EventDefinition<E>,
): RecordedEvent<E> | UnreadableEvent {
  try {
    return recorded(event, event.position, definition);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return unreadable(event, error.reason);
  }
}

function unreadable(event: ReadEvent, reason: string): UnreadableEvent {
  return { ...markedOf(event), type: event.type, reason };
}

/** @throws UnreadableError which also names the place of the event. */
function located<E extends Event>(event: StreamEvent, definition: EventDefinition<E>): RecordedEvent<E> {
  const { type, streamId, revision, position } = event;
  if (!position) throw new Error(`the log gave no position for ${type} in ${streamId}, revision ${revision}`);
  try {
    return recorded(event, position, definition);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw new UnreadableError(error.reason, `${type} in ${streamId}, revision ${revision}`);
  }
}

/** @throws UnreadableError */
function recorded<E extends Event>(
  event: StreamEvent,
  position: Position,
  definition: EventDefinition<E>,
): RecordedEvent<E> {
  // The client returns content that is not JSON as text or as bytes.
  if (!event.isJson || typeof event.data !== 'object') throw new UnreadableError('its content is not JSON');
  const { version, provenance } = readMetadata(event.metadata);
  // Events of some older versions have the name in their data.
  const named = provenance.actor ? undefined : definition.namedIn(version, event.data);
  if (named !== undefined) provenance.actor = unverified(named, provenance.source);
  // A literal that begins with a spread takes V8 three times as long as all the rest of reading an event.
  return Object.assign(definition.read(version, event.data), {
    id: event.id,
    stream: event.streamId,
    revision: Number(event.revision),
    position,
    provenance,
    recordedAt: new Date(event.created),
  });
}
