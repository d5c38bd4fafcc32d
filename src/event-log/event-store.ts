import { type Actor, unverified } from '../kernel/actor.js';
import type { Event, EventSet } from '../kernel/event.js';
import type { Stream } from '../kernel/stream.js';

/** Who caused an event and why: kept with it for ever. */
export interface Provenance {
  /** The system or person the fact came from; commands of two sources never share an id. */
  source: string;
  /** Who did it, where that was a person; what follows by itself has none. */
  actor?: Actor | undefined;
  correlationId?: string | undefined;
  /** Id of the event or command that this follows from. */
  causationId?: string | undefined;
  /** The source holds a laboratory's right: its positive results open cases. */
  laboratory?: boolean | undefined;
}

/** Said of what follows from an event: it belongs to the same chain, which the first event of it names. */
export function following({ id, provenance }: Pick<RecordedEvent, 'id' | 'provenance'>, source: string): Provenance {
  return { source, correlationId: provenance.correlationId ?? id, causationId: id };
}

/** Said by somebody who gave a name, through the door that the provenance names. */
export function saidBy(provenance: Provenance, who: string): Provenance {
  return { ...provenance, actor: unverified(who, provenance.source) };
}

export interface NewEvent<E extends Event = Event> {
  /** UUID; the same id in the same stream is stored once. */
  id: string;
  event: E;
  provenance: Provenance;
}

/** Place of an event in the whole log; ordered by commit, then prepare. */
export interface Position {
  commit: bigint;
  prepare: bigint;
}

export type RecordedEvent<E extends Event = Event> = E & {
  id: string;
  stream: string;
  /** From 0, in its stream. */
  revision: number;
  position: Position;
  provenance: Provenance;
  /** When the log took it, which is not when it happened. */
  recordedAt: Date;
};

/** `any` leaves the order among writers to the log; a number is the revision of the stream's last event. */
export type Expected = number | 'no-stream' | 'any';

export interface Appended {
  /** Revision of the last event. */
  revision: number;
  position: Position;
}

export interface FollowOptions<E extends Event = Event> {
  /** Excluded; absent starts with the first event. */
  after?: Position | undefined;
  /** The last event that the reader was given before. */
  given?: MarkedEvent | undefined;
  events: EventSet<E>;
  /**
   * Also hands over, as unreadable, events of types that this program does not know and a version of it wrote: an older
   * program must not pass over in silence what a newer one recorded.
   */
  unknown?: boolean;
  /** A batch is handed over when it holds so many events, */
  maxEvents: number;
  /** or when its first has waited so long, in milliseconds. */
  maxWait: number;
  signal: AbortSignal;
  /** Told of each error after which the reader subscribes again. */
  onError?: (error: unknown) => void;
}

/** An event that this program cannot read: what it says is not known, only where it stands. */
export interface UnreadableEvent extends Pick<RecordedEvent, 'id' | 'stream' | 'revision' | 'position'> {
  type: string;
  /** In words, without content of the event. */
  reason: string;
}

export interface Batch<E extends Event = Event> {
  events: RecordedEvent<E>[];
  /** Events of a wanted type, or of an unknown one, among these that cannot be read, in order; left out where there are none. */
  unreadable?: UnreadableEvent[];
  /** Everything up to here was either in a batch or of no wanted type. */
  position: Position;
}

/** The last event of a log. */
export interface LogEnd {
  position: Position;
  event: MarkedEvent;
  /**
   * When the log took the last event that is neither the server's own nor one that is taken whatever the clock says;
   * undefined when none is near its end.
   */
  recordedAt?: Date;
}

/**
 * What somebody who derives something from the log keeps of it, so that another log, or an older copy of the same one,
 * is noticed. It is kept beside what was derived and goes with it.
 */
export interface LogMark {
  /** The log's last event then. */
  event: MarkedEvent;
  /** The head of its chain then; a server that has no chain is known by its event alone. */
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
  /** In hexadecimal digits. */
  hash: string;
}

/** How a log stands to a mark: it holds what it held then, it ends before that, or it holds something else. */
export type LogStanding = 'same' | 'shorter' | 'other';

/** What a log tells of itself as a whole. */
export interface MarkedLog {
  /** What stands at its end; undefined when it is empty. */
  end(): Promise<LogEnd | undefined>;

  /** What to keep of the log as it is now; undefined when it is empty. */
  mark(): Promise<LogMark | undefined>;

  /** Whether the log still holds what it held when the mark was taken. */
  standing(mark: LogMark): Promise<LogStanding>;
}

/** The log as the project uses it. One contract suite runs against every implementation. */
export interface EventStore {
  /**
   * Appends all or none; done means durable.
   * @throws WrongRevision when the stream is not at the expected revision and does not hold these events already.
   * @throws StreamDeleted when the stream was tombstoned.
   * @throws LogDamaged
   */
  append<E extends Event>(stream: Stream<E>, events: readonly NewEvent<E>[], expected: Expected): Promise<Appended>;

  /**
   * A stream's events in order, from a revision on; nothing when there is no such stream. Types that are not its own are
   * left out.
   * @throws UnreadableError when one is not as its type says it is.
   * @throws LogDamaged
   */
  read<E extends Event>(stream: Stream<E>, from?: number): AsyncIterable<RecordedEvent<E>>;

  /**
   * Whether a reader of these types that stands at a position has events before it. Also true when so much lies
   * before it that looking it through would take long.
   */
  isBehind(position: Position | undefined, types: readonly string[]): Promise<boolean>;

  /**
   * Follows the log for ever, in batches, until the signal aborts: subscribes again after any error from where the
   * last batch ended, backing off. The next batch is gathered while one is handled, and no further. An event that cannot
   * be read ends no reader: it is handed over as such.
   * @throws LogReplaced when the log does not hold, or no longer, the last event that the reader was given.
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

/** The log is an older copy of what a reader has read, or another one: what stands behind its place is none of its business. */
export class LogReplaced extends Error {
  /** Tried again, and said in a line: whoever compares the log with what was derived from it puts that right. */
  readonly code = 'LOG_REPLACED';

  constructor(
    readonly standing: Exclude<LogStanding, 'same'>,
    { position }: MarkedEvent,
  ) {
    const what = standing === 'shorter' ? 'ends before' : 'does not hold';
    super(
      `the event log ${what} the last event that was read of it, at position ${position.commit}: an older copy of it was put ` +
        'back, or another log',
    );
    this.name = 'LogReplaced';
  }
}

/** What the log has to read for an answer is no longer on its disk as it was written. */
export class LogDamaged extends Error {
  /** @param message says which file, where, and what. */
  constructor(message: string) {
    super(message);
    this.name = 'LogDamaged';
  }
}

/** The log will not have us, and says why: a user, a password, a right or a certificate that does not do. */
export class LogRefuses extends Error {
  /** Tried again, and said in a line. */
  readonly code = 'LOG_REFUSES';

  constructor(reason: string, cause: unknown) {
    super(`the event log does not let us in: ${reason}`, { cause });
    this.name = 'LogRefuses';
  }
}

export const START_OF_LOG: Position = { commit: 0n, prepare: 0n };

export function comparePositions(a: Position, b: Position): number {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  return a.prepare === b.prepare ? 0 : a.prepare < b.prepare ? -1 : 1;
}
