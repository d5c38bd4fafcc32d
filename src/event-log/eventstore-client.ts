import {
  ANY,
  BACKWARDS,
  END,
  NO_STREAM,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  eventTypeFilter,
  jsonEvent,
  type AllStreamRecordedEvent,
  type AllStreamSubscription,
  type AppendExpectedRevision,
  type EventStoreDBClient,
  type JSONType,
  type RecordedEvent as ClientEvent,
} from '@eventstore/db-client';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventType } from './events.js';
import {
  checkEvent,
  isEventType,
  isOursOfUnknownType,
  UNKNOWN_TYPE,
  UnreadableError,
  upcast,
  whyUnreadable,
} from './catalogue.js';
import { checkAppend, metadataOf, type Metadata } from './append-size.js';
import { answered, isDamage, isPassing, isTooSlow, orDamaged } from './client-errors.js';
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
import { endLogClient } from './log-client.js';
import { openLogClient } from './open-log-client.js';
import { refusalOfLog } from '../platform/services/log-refusals.js';
import { chainOf, endOf, markedOf, recordUpTo, standingOf } from './compare-log.js';
import { Gathering } from './gathering.js';
import { readOn } from './leaving-read.js';

/** How long an append is tried again while the log is away, in milliseconds. */
const PATIENCE = 60_000;
const LONGEST_PAUSE = 2_000;
/** Events: a reader that stands further back is behind, whatever they are. */
const LOOKED_THROUGH = 2_000;
/** Events of a page of these: most readers stand at the end, and a few tell that. */
const FIRST_PAGE = 4;
const LARGEST_PAGE = 256;

/** Any EventStoreDB by its official client: the embedded node, a server or a cluster. */
export class EventStoreClient implements EventStore, MarkedLog {
  readonly #client: EventStoreDBClient;
  readonly #closing = new AbortController();

  /** @param url a connection string, such as `esdb://127.0.0.1:7813?tls=false`. */
  constructor(private readonly url: string) {
    // While the log is away each reader waits on it, however many there are.
    setMaxListeners(0, this.#closing.signal);
    this.#client = openLogClient(url);
  }

  async append(stream: string, events: readonly NewEvent[], expected: Expected): Promise<Appended> {
    checkAppend(stream, events);
    const recorded = events.map((each) => {
      const { id, event } = each;
      return jsonEvent({ id, type: event.type, data: event.data as JSONType, metadata: { ...metadataOf(each) } });
    });
    const expectedRevision: AppendExpectedRevision =
      expected === 'any' ? ANY : expected === 'no-stream' ? NO_STREAM : BigInt(expected);
    // The event ids make a repeated append harmless, also when the first one's answer was lost on the way.
    return this.#patiently(async () => {
      try {
        const { nextExpectedRevision, position } = await answered(
          this.#client.appendToStream(stream, recorded, { expectedRevision }),
        );
        if (!position) throw new Error(`the log gave no position for an append to ${stream}`);
        return { revision: Number(nextExpectedRevision), position };
      } catch (error) {
        if (error instanceof WrongExpectedVersionError) {
          const { actualVersion } = error;
          throw new WrongRevision(
            stream,
            expected,
            typeof actualVersion === 'bigint' ? Number(actualVersion) : 'no-stream',
          );
        }
        if (error instanceof StreamDeletedError) throw new StreamDeleted(stream);
        throw orDamaged(error);
      }
    });
  }

  async *read(stream: string, from = 0): AsyncIterable<RecordedEvent> {
    let next = from;
    let until = Date.now() + PATIENCE;
    for (;;) {
      try {
        const reading = this.#client.readStream(stream, { fromRevision: next === 0 ? START : BigInt(next) });
        for await (const { event } of readOn(reading)) {
          if (!event) continue;
          next = Number(event.revision) + 1;
          until = Date.now() + PATIENCE;
          const known = toRecorded(event as ClientEvent);
          if (known) yield known;
        }
        return;
      } catch (error) {
        if (error instanceof StreamNotFoundError || error instanceof StreamDeletedError) return;
        if (isDamage(error)) throw orDamaged(error);
        if (!isPassing(error) || Date.now() > until) throw error;
        await delay(200, undefined, { signal: this.#closing.signal });
      }
    }
  }

  async isBehind(position: Position | undefined, types: readonly EventType[]): Promise<boolean> {
    const wanted = new Set<string>(types);
    return this.#patiently(async () => {
      // The client sends no filter with a read of everything, so it is looked through from the end, page by page.
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
    return this.#patiently(() => endOf(this.#client));
  }

  async mark(): Promise<LogMark | undefined> {
    return this.#patiently(async () => {
      // The chain first: what came between the two is then after the link, and never missing from the log.
      const chain = await chainOf(this.#client);
      const end = await endOf(this.#client);
      return end && { event: end.event, chain };
    });
  }

  standing(mark: LogMark): Promise<LogStanding> {
    return this.#patiently(() => standingOf(this.#client, mark));
  }

  async *follow({
    after,
    given,
    types,
    unknown = false,
    maxEvents,
    maxWait,
    signal,
    onError,
  }: FollowOptions): AsyncIterable<Batch> {
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    if (stop.aborted) return;
    const gathering = new Gathering<RecordedEvent>(maxEvents, maxWait);
    const wanted = new Set<string>(types);
    let from = after;
    /** The last event that came. */
    let last: AllStreamRecordedEvent | undefined;
    let replaced: LogReplaced | undefined;
    let pause = 50;
    let subscription: AllStreamSubscription | undefined;
    let retry: NodeJS.Timeout | undefined;

    let over = false;
    /** Whether it stands after what was handed over: a subscription may begin before that. */
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
      // A live reader that was slower than the writers for a moment is dropped: that is the way of things, no trouble.
      if (!isTooSlow(error)) void this.#whyOf(error).then(onError);
      // A subscription errs once and never resumes: the reader itself starts a new one where it stood.
      retry = setTimeout(subscribe, pause);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    };
    const subscribeFrom = async () => {
      // The reader was away: what it knows tells whether the log is the one that it has read.
      await this.#requireEvent(last ? markedOf(last) : given);
      const fromPosition = from && (await recordUpTo(this.#client, from));
      if (over || stop.aborted) return;
      // What the server says of its place overtakes events that the client still holds: it counts after these.
      let ahead: Position | undefined;
      const checkpoints = {
        checkpointInterval: 1,
        checkpointReached: (teller: AllStreamSubscription, position: Position) => {
          if (teller === subscription) {
            if (teller.readableLength > 0) ahead = position;
            else pass(position);
          }
          return Promise.resolve();
        },
      };
      // What nobody knows cannot be asked for by name: then all comes but what is the server's own.
      const filter = unknown
        ? eventTypeFilter({ regex: '^[^$]', ...checkpoints })
        : eventTypeFilter({ prefixes: [...types], ...checkpoints });
      const current = this.#client.subscribeToAll({ fromPosition: fromPosition ?? START, filter });
      subscription = current;
      const hold = () => {
        current.pause();
        gathering.onRoom(() => current.resume());
      };
      if (gathering.full) hold();
      current.on('data', ({ event }) => {
        if (current !== subscription || !event || !isNew(event.position)) return;
        pause = 50;
        from = event.position;
        last = event;
        if (unknown && isOursOfUnknownType(event.type, event.metadata)) {
          gathering.addUnreadable(unreadable(event, UNKNOWN_TYPE));
        } else if (!wanted.has(event.type)) gathering.reach(from);
        else {
          const known = readable(event);
          if ('reason' in known) gathering.addUnreadable(known);
          else gathering.add(known, from);
        }
        if (ahead && current.readableLength === 0) {
          pass(ahead);
          ahead = undefined;
        }
        if (gathering.full) hold();
      });
      current.on('error', (error: unknown) => {
        if (current !== subscription) return;
        subscription = undefined;
        again(error);
      });
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
      await current?.unsubscribe();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await endLogClient(this.#client);
  }

  /** @throws LogReplaced when the log does not hold it. */
  async #requireEvent(event: MarkedEvent | undefined): Promise<void> {
    const standing = event ? await standingOf(this.#client, { event }) : 'same';
    if (event && standing !== 'same') throw new LogReplaced(standing, event);
  }

  /** What an error tells of the log, in our words where there are any. */
  async #whyOf(error: unknown): Promise<unknown> {
    if (isDamage(error) || !(error instanceof Error)) return orDamaged(error);
    const refusal = await refusalOfLog(this.url, error);
    return refusal === undefined ? error : new LogRefuses(refusal, error);
  }

  /** Tries again while the log cannot be reached or is starting, backing off, for a minute. */
  async #patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const until = Date.now() + PATIENCE;
    for (let pause = 50; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        return await attempt();
      } catch (error) {
        if (isDamage(error) || !isPassing(error) || Date.now() > until || this.#closing.signal.aborted) {
          throw orDamaged(error);
        }
        await delay(pause);
      }
    }
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a reader is given of an event of a known type: never an error, by which it would end. */
function readable(event: AllStreamRecordedEvent): RecordedEvent | UnreadableEvent {
  try {
    const recorded = toRecorded(event) as RecordedEvent;
    checkEvent(recorded);
    return recorded;
  } catch (error) {
    return unreadable(event, whyUnreadable(error));
  }
}

function unreadable(event: AllStreamRecordedEvent, reason: string): UnreadableEvent {
  return { ...markedOf(event), type: event.type, reason };
}

function toRecorded(event: ClientEvent | AllStreamRecordedEvent): RecordedEvent | undefined {
  if (!isEventType(event.type)) return undefined;
  const metadata = (event.metadata ?? {}) as Partial<Metadata>;
  // The client gives as text, or as bytes, what is no JSON.
  if (!event.isJson || typeof event.data !== 'object') {
    throw new UnreadableError(`${event.type} in ${event.streamId}, revision ${event.revision}: its content is no JSON`);
  }
  const data = upcast(event.type, metadata.v ?? 1, event.data);
  return {
    id: event.id,
    stream: event.streamId,
    revision: Number(event.revision),
    type: event.type,
    data,
    position: event.position as Position,
    provenance: {
      source: metadata.source ?? 'unknown',
      correlationId: metadata.$correlationId,
      causationId: metadata.$causationId,
      laboratory: metadata.laboratory ?? false,
    },
    recordedAt: new Date(event.created),
  } as RecordedEvent;
}
