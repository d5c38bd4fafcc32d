import type { Actor } from '../kernel/actor.js';
import type { Event, EventSet } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';

/** Who caused an event and why; kept with the event for ever. */
export interface Provenance {
  /** The system or person that reported the fact; commands of two sources never share an id. */
  source: string;
  /** The person who did it; absent for automatic consequences and for facts that a source reports. */
  actor?: Actor | undefined;
  correlationId?: string | undefined;
  /** Id of the event or command that caused this one. */
  causationId?: string | undefined;
  /** The source has a laboratory's right: its positive results open cases. */
  laboratory?: boolean | undefined;
}

/**
 * Provenance of the events that this event leads to: the id of the first event of the chain is their correlation id.
 */
export function following({ id, provenance }: Pick<RecordedEvent, 'id' | 'provenance'>, source: string): Provenance {
  return { source, correlationId: provenance.correlationId ?? id, causationId: id };
}

export interface NewEvent<E extends Event = Event> {
  /** UUID; the same id in the same stream is stored once. */
  id: string;
  event: E;
  provenance: Provenance;
}

/** The place of an event in the whole log; ordered by commit, then prepare. */
export interface Position {
  commit: bigint;
  prepare: bigint;
}

export type RecordedEvent<E extends Event = Event> = E & {
  id: string;
  stream: string;
  /** Counted from 0 within its stream. */
  revision: number;
  position: Position;
  provenance: Provenance;
  /** When the log stored it, which is not when it happened. */
  recordedAt: Date;
};

/** A number is the revision of the stream's last event; `any` leaves the order of several writers to the log. */
export type Expected = number | 'no-stream' | 'any';

export interface Appended {
  /** Revision of the last event. */
  revision: number;
  position: Position;
}

export interface FollowOptions<E extends Event = Event> {
  /** Exclusive; reading starts with the first event when absent. */
  after?: Position | undefined;
  /** The last event that the reader received before. */
  given?: MarkedEvent | undefined;
  events: EventSet<E>;
  /**
   * Also delivers, as unreadable, the events of unknown types that another version of this program wrote: an older
   * program must not silently skip what a newer one recorded.
   */
  unknown?: boolean;
  /** A batch is delivered when it has this many events. */
  maxEvents: number;
  /** A smaller batch is delivered when its first event has waited this long, in milliseconds. */
  maxWait: number;
  signal: AbortSignal;
  /** Called with each error after which the reader subscribes again. */
  onError?: (error: unknown) => void;
}

/** An event that this program cannot read: only its place in the log is known. */
export interface UnreadableEvent extends Pick<RecordedEvent, 'id' | 'stream' | 'revision' | 'position'> {
  type: string;
  /** A sentence without content of the event. */
  reason: string;
}

export interface Batch<E extends Event = Event> {
  events: RecordedEvent<E>[];
  /** The events of a wanted or unknown type that cannot be read, in order; absent when there are none. */
  unreadable?: UnreadableEvent[];
  /** Every event up to here was either in a batch or of another type. */
  position: Position;
}

/** The last event of a log. */
export interface LogEnd {
  position: Position;
  event: MarkedEvent;
  /**
   * When the log stored the last event that is neither the server's own nor timeless; undefined when there is none near
   * the end.
   */
  recordedAt?: Date;
}

/**
 * Identifies the log from which something was derived, so that another log, or an older copy of the same one, is
 * noticed. It is stored and deleted together with the derived data.
 */
export interface LogMark {
  /** The log's last event when the mark was taken. */
  event: MarkedEvent;
  /** The head of its chain at that time; a server without a chain is identified by the event alone. */
  chain?: ChainLink | undefined;
}

export interface MarkedEvent {
  id: string;
  stream: string;
  revision: number;
  position: Position;
}

/** A link of the chain that the embedded log keeps. */
export interface ChainLink {
  number: number;
  /** Hexadecimal. */
  hash: string;
}

/** How a log compares with a mark: it still has the marked event, ends before it, or has something else there. */
export type LogStanding = 'same' | 'shorter' | 'other';

/** What can be asked about a log as a whole. */
export interface MarkedLog {
  /** Its end; undefined when it is empty. */
  end(): Promise<LogEnd | undefined>;

  /** A mark of the log as it is now; undefined when it is empty. */
  mark(): Promise<LogMark | undefined>;

  /** Whether the log still has what it had when the mark was taken. */
  standing(mark: LogMark): Promise<LogStanding>;
}

/** The interface to the log. One contract suite runs against every implementation. */
export interface EventStore {
  /**
   * Appends all events or none; they are durable when the promise resolves.
   * @throws WrongRevision when the stream is not at the expected revision and does not already have these events.
   * @throws StreamDeleted when the stream was tombstoned.
   * @throws LogDamaged
   */
  append<E extends Event>(stream: Stream<E>, events: readonly NewEvent<E>[], expected: Expected): Promise<Appended>;

  /**
   * A stream's events in order, from a revision on; nothing when the stream does not exist. Events of types that do not
   * belong to the stream are left out.
   * @throws UnreadableError when an event does not match its schema.
   * @throws LogDamaged
   */
  read<E extends Event>(stream: Stream<E>, from?: number): AsyncIterable<RecordedEvent<E>>;

  /**
   * Whether there are events of these types after a reader's position. Also true when so many events follow it that a
   * search would take long.
   */
  isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean>;

  /**
   * Follows the log in batches until the signal aborts. After an error it subscribes again from the end of the last
   * batch, with backoff. While the caller handles a batch, only the next one is gathered. An event that cannot be read
   * does not end the reader: it is delivered as unreadable.
   * @throws LogReplaced when the log does not have the last event that the reader received.
   */
  follow<E extends Event>(options: FollowOptions<E>): AsyncIterable<Batch<E>>;

  close(): Promise<void>;
}

export class WrongRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: Expected,
    readonly actual: number | 'no-stream',
  ) {
    super(`${stream} was expected at ${expected} and is at ${actual}`);
    this.name = 'WrongRevision';
  }
}

export class StreamDeleted extends Error {
  constructor(readonly stream: string) {
    super(`${stream} was erased`);
    this.name = 'StreamDeleted';
  }
}

/**
 * The log is another one, or an older copy: what it has after the reader's position does not continue what was read.
 */
export class LogReplaced extends Error {
  /** Marks an error to retry and to log in one line: the log guard rebuilds what was derived from the old log. */
  readonly code = 'LOG_REPLACED';

  constructor(
    readonly standing: Exclude<LogStanding, 'same'>,
    { position }: MarkedEvent,
  ) {
    const what = standing === 'shorter' ? 'ends before' : 'does not have';
    super(
      `the event log ${what} the last event that was read from it, at position ${position.commit}: an older copy was ` +
        'restored, or it is another log',
    );
    this.name = 'LogReplaced';
  }
}

/** The data that the log needs for an answer was damaged on its disk. */
export class LogDamaged extends Error {
  /** @param message names the file, the place and the damage. */
  constructor(message: string) {
    super(message);
    this.name = 'LogDamaged';
  }
}

/** The log refuses the connection because of the user, the password, a right or a certificate. */
export class LogRefuses extends Error {
  /** Marks an error to retry and to log in one line. */
  readonly code = 'LOG_REFUSES';

  constructor(reason: string, cause: unknown) {
    super(`the event log refuses the connection: ${reason}`, { cause });
    this.name = 'LogRefuses';
  }
}

export const START_OF_LOG: Position = { commit: 0n, prepare: 0n };

export function comparePositions(a: Position, b: Position): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  return a.prepare === b.prepare ? 0 : a.prepare < b.prepare ? -1 : 1;
}
