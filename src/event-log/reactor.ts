import { setTimeout as delay } from 'node:timers/promises';
import type { Event, EventSet } from '../kernel/event.js';
import { isOutage } from '../platform/outages.js';
import { asideNote, triedAgain, type AsideNote, type AsideNotes } from './aside-notes.js';
import type { Batch, EventStore, MarkedEvent, Position } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';
import { isPassing } from './client-errors.js';
import { Isolation } from './isolation.js';
import { lastOf } from './log-mark.js';
import { storedEvent } from './stored-event.js';

/** The positions of the readers of the log. Losing one only makes its reader handle events again, which is harmless. */
export interface Checkpoints {
  load(name: string): Promise<Checkpoint>;
  /** @param given the reader's last event; the stored one stays when it is absent. */
  save(name: string, position: Position, given?: MarkedEvent): Promise<void>;
}

export interface Checkpoint {
  /** Undefined at the start of the log. */
  position: Position | undefined;
  /** The last event that the reader received, by which it recognises the log. */
  given: MarkedEvent | undefined;
}

export interface ReactorOptions<E extends Event> {
  store: EventStore;
  checkpoints: Checkpoints;
  /** The events that it set aside because they failed repeatedly. */
  aside: AsideNotes;
  /** The name of its checkpoint. */
  name: string;
  events: EventSet<E>;
  /**
   * Resolves when all consequences of the batch are in the log or in a queue. They must be derived from the current
   * state of the streams, not from the event: an event that was set aside may be handled after later ones.
   * @param late whether these events were set aside, so that later events of the same streams have already been
   * handled.
   */
  handle: (batch: Batch<E>, late: boolean) => Promise<void>;
  /** Rejects while a service that `handle` needs does not work: then a failure is not the event's fault. */
  answers: () => Promise<unknown>;
  onError: (error: unknown) => void;
  /** Called with a line for each event that is set aside, or handled after all. */
  onAside?: (line: string) => void;
  signal: AbortSignal;
  maxEvents?: number;
  /** How long an event may wait for others, in milliseconds; short, since it delays the alert to a person. */
  maxWait?: number;
  /** The pauses between tries; the usual ones when absent. */
  pauses?: Pauses;
}

/** In milliseconds. */
export interface Pauses {
  /** After the first failure; doubled with each further one. */
  first: number;
  longest: number;
  /** After a part of a batch succeeded, and while the failing event is being isolated. */
  isolating: number;
  /** Between two checks for requested retries. */
  lookEvery: number;
}

const PAUSES: Pauses = { first: 100, longest: 5_000, isolating: 100, lookEvery: 1_000 };
/** Names of errors that are never an event's fault. */
const NEVER = new Set(['AbortError', 'GraphRebuilt', 'GraphNotReady', 'CheckpointsLost', 'LogReplaced']);

/**
 * Reads the log from the checkpoint on and handles every batch at least once, in order, until the signal aborts.
 * A failed batch is tried again. If it fails although all services answer, it is halved until one event is alone. After
 * some tries that event is set aside with a note, and handled again when somebody asks for it.
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

/** Handles a batch completely, in parts if necessary. @returns false when the reader must stop. */
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
      const last = part.length < left.length ? part.at(-1) : undefined;
      const position = last?.position ?? batch.position;
      const given = lastOf(last ? { events: part } : batch);
      if (part.length > 0) await leftOut.inTurn(() => options.handle({ events: part, position }, false));
      handled = true;
      await checkpoints.save(name, position, given);
      if (!last) return true;
      left = left.slice(part.length);
      isolation.passed();
      pause = pauses.isolating / 2;
    } catch (error) {
      if (signal.aborted) return false;
      if (error instanceof CheckpointsLost) throw error;
      onError(error);
      if (!handled && isOfTheEvents(error) && (await isWell(answers))) {
        const found = isolation.failed(part, (error as Error).name === 'WrongRevision');
        // It is noted now: the next try continues after it.
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

/** A service that is unavailable, or stores nothing, is never an event's fault, however long that lasts. */
function isOfTheEvents(error: unknown): boolean {
  if (!(error instanceof Error) || isOutage(error) || isPassing(error)) return false;
  // For a batch append the client's error has a type and no code.
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

/** The events that a reader set aside. It retries them one at a time on request. */
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

  /** Runs work one at a time, so that new events and retries never interfere. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Retries the events for which somebody asked, in the order of the log. */
  async retry(): Promise<void> {
    const { aside, name, signal } = this.options;
    // Loads also what another process set aside, since that process may no longer run.
    if (this.#retrying || signal.aborted) return;
    this.#retrying = true;
    try {
      const notes = await aside.load(name);
      for (const note of notes.filter(({ retry }) => retry)) if (!signal.aborted) await this.#tryAgain(note);
      // Another process may have handled some.
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
      // An error that is not the event's fault leaves the request for a retry in place.
      if (signal.aborted || !isOfTheEvents(error) || !(await isWell(answers))) throw error;
      const reason = (error as Error).message;
      await aside.noteAgain(name, triedAgain(note, reason));
      onAside?.(`${name}: ${type} at ${commit} stays set aside: ${reason}`);
      return;
    }
    // After a crash before this line the event is handled once more, which changes nothing.
    await aside.remove(name, id);
    onAside?.(`${name}: ${type} at ${commit} was handled after all`);
  }
}
