import { setTimeout as delay } from 'node:timers/promises';
import type { Event, EventSet } from '../kernel/event.js';
import { isOutage } from '../platform/outages.js';
import { asideNote, triedAgain, type AsideNote, type AsideNotes } from './aside-notes.js';
import type { Batch, EventStore, MarkedEvent, Position, RecordedEvent } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';
import { isPassing } from './client-errors.js';
import { Isolation } from './isolation.js';
import { lastOf } from './log-mark.js';
import { storedEvent } from './stored-event.js';

/** Where each reader of the log stands. Losing one only makes its reader handle events again, which is harmless. */
export interface Checkpoints {
  load(name: string): Promise<Checkpoint>;
  /** @param given kept when it is left out: it is of an earlier batch then. */
  save(name: string, position: Position, given?: MarkedEvent): Promise<void>;
}

export interface Checkpoint {
  /** Undefined at the start of the log. */
  position: Position | undefined;
  /** The last event that the reader was given, by which it knows the log again. */
  given: MarkedEvent | undefined;
}

export interface ReactorOptions<E extends Event> {
  store: EventStore;
  checkpoints: Checkpoints;
  /** What it left out, since it failed again and again. */
  aside: AsideNotes;
  /** Its checkpoint's name. */
  name: string;
  events: EventSet<E>;
  /**
   * Done means that everything that follows from the batch is in the log or in a queue. What follows is made of what streams
   * say now, not of the event: an event that was set aside may come after others that were there later.
   * @param late whether these were set aside, so that later ones of the same have been handled.
   */
  handle: (batch: Batch<E>, late: boolean) => Promise<void>;
  /** Rejects while a service that `handle` needs does not do what is asked of it: then a failure tells nothing of an event. */
  answers: () => Promise<unknown>;
  onError: (error: unknown) => void;
  /** Told of each event that is set aside, or brought in after all. */
  onAside?: (line: string) => void;
  signal: AbortSignal;
  maxEvents?: number;
  /** Milliseconds that an event may wait for others; few, since the price is paid by the person to be told. */
  maxWait?: number;
  /** How long is waited between tries; as usual when left out. */
  pauses?: Pauses;
}

/** In milliseconds. */
export interface Pauses {
  /** After a first failure, and doubled with each other one. */
  first: number;
  longest: number;
  /** After a part of a batch went through, and while an event is looked for that keeps failing. */
  isolating: number;
  /** Between two looks whether something is to be tried again. */
  lookEvery: number;
}

const PAUSES: Pauses = { first: 100, longest: 5_000, isolating: 100, lookEvery: 1_000 };
/** Errors that say nothing of an event, whoever meets them. */
const NEVER = new Set(['AbortError', 'GraphRebuilt', 'GraphNotReady', 'CheckpointsLost', 'LogReplaced']);

/**
 * Reads the log from its checkpoint on and hands every batch over at least once, in order, until the signal aborts.
 * A batch that fails is tried again; where it fails though all services answer, it is halved until one event stands alone,
 * which is set aside after some tries, noted, and handed over again when somebody wants it.
 * @throws CheckpointsLost
 * @throws LogReplaced
 */
export async function react<E extends Event>(options: ReactorOptions<E>): Promise<void> {
  const {
    store,
    checkpoints,
    name,
    events,
    onError,
    signal,
    maxEvents = 1_000,
    maxWait = 20,
    pauses = PAUSES,
  } = options;
  const { position: after, given } = await checkpoints.load(name);
  const leftOut = new LeftOut(options);
  await leftOut.load();
  const retrying = setInterval(() => void leftOut.retry().catch(onError), pauses.lookEvery);
  try {
    for await (const batch of store.follow({ after, given, events, maxEvents, maxWait, signal, onError })) {
      if (!(await through(options, leftOut, batch))) return;
    }
  } finally {
    clearInterval(retrying);
  }
}

/** Brings a batch to its end, whole or in parts. @returns false once the reader is to stop. */
async function through<E extends Event>(
  options: ReactorOptions<E>,
  leftOut: LeftOut<E>,
  batch: Batch<E>,
): Promise<boolean> {
  const { checkpoints, name, answers, onError, signal, pauses = PAUSES } = options;
  let unreadable = batch.unreadable ?? [];
  let left = batch.events.filter(({ id }) => !leftOut.holds(id));
  const isolation = new Isolation(Math.max(1, left.length));
  for (let pause = pauses.first; ; pause = Math.min(pause * 2, pauses.longest)) {
    const part = left.slice(0, isolation.most);
    let handled = false;
    try {
      for (const event of unreadable) await leftOut.add(asideNote(event, event.reason, 0));
      unreadable = [];
      const whole = part.length === left.length;
      const position = whole ? batch.position : (part.at(-1) as RecordedEvent).position;
      const given = lastOf(whole ? batch : { events: part });
      if (part.length > 0) await leftOut.inTurn(() => options.handle({ events: part, position }, false));
      handled = true;
      await checkpoints.save(name, position, given);
      if (whole) return true;
      left = left.slice(part.length);
      isolation.passed();
      pause = pauses.isolating / 2;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof CheckpointsLost) throw error;
      onError(error);
      if (!handled && isOfTheEvents(error) && (await isWell(answers))) {
        const found = isolation.failed(part, (error as Error).name === 'WrongRevision');
        // Known from here on: the next turn goes on after it.
        if (found) {
          await leftOut.add(asideNote(found.event, (error as Error).message, found.tries));
          left = left.slice(1);
          isolation.passed();
        }
        if (isolation.isolating || found) pause = Math.min(pause, pauses.isolating);
      }
      await delay(pause, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return false;
    }
  }
}

/** A service that is away, or takes nothing, is never an event's fault, however long it takes. */
function isOfTheEvents(error: unknown): boolean {
  if (!(error instanceof Error) || isOutage(error) || isPassing(error)) return false;
  // Of an append in a batch the client tells a type, and no code.
  return (error as { type?: unknown }).type !== 'access-denied' && !NEVER.has(error.name);
}

async function isWell(answers: () => Promise<unknown>): Promise<boolean> {
  try {
    await answers();
    return true;
  } catch {
    return false;
  }
}

/** What a reader left out, and tries again one at a time when it is asked to. */
class LeftOut<E extends Event> {
  #ids = new Set<string>();
  #turn: Promise<unknown> = Promise.resolve();
  #retrying = false;

  constructor(private readonly options: ReactorOptions<E>) {}

  async load(): Promise<void> {
    const notes = await this.options.aside.load(this.options.name);
    this.#ids = new Set(notes.map(({ id }) => id));
  }

  holds(id: string): boolean {
    return this.#ids.has(id);
  }

  async add(note: AsideNote): Promise<void> {
    const { aside, name, onAside } = this.options;
    if (this.#ids.has(note.id)) return;
    await aside.note(name, note);
    this.#ids.add(note.id);
    onAside?.(`${name}: ${note.type} at ${note.commit} was set aside: ${note.reason}`);
  }

  /** What is read and what is tried again never stand in each other's way. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Events that somebody wants tried again, in the order of the log. */
  async retry(): Promise<void> {
    const { aside, name, signal } = this.options;
    // Also what another process set aside, which may be gone.
    if (this.#retrying || signal.aborted) return;
    this.#retrying = true;
    try {
      const notes = await aside.load(name);
      for (const note of notes.filter(({ retry }) => retry)) if (!signal.aborted) await this.#tryAgain(note);
      // Another process may have brought some in.
      this.#ids = new Set((await aside.load(name)).map(({ id }) => id));
    } finally {
      this.#retrying = false;
    }
  }

  async #tryAgain(note: AsideNote): Promise<void> {
    const { store, aside, name, events, handle, answers, onAside, signal } = this.options;
    const { id, type, commit } = note;
    try {
      const event = await storedEvent(store, events, note);
      if (event) await this.inTurn(() => handle({ events: [event], position: event.position }, true));
    } catch (error) {
      // It is tried again by itself when it was not the event's fault.
      if (signal.aborted || !isOfTheEvents(error) || !(await isWell(answers))) throw error;
      const reason = (error as Error).message;
      await aside.noteAgain(name, triedAgain(note, reason));
      onAside?.(`${name}: ${type} at ${commit} stays set aside: ${reason}`);
      return;
    }
    // After a crash before this it is handled once more, which changes nothing.
    await aside.remove(name, id);
    onAside?.(`${name}: ${type} at ${commit} was handled after all`);
  }
}
