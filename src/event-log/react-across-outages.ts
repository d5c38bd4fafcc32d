import type { Event } from '../kernel/event.js';
import type { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessStopped } from '../platform/stopping.js';
import type { AsideNotes } from './aside-notes.js';
import { comparePositions, type Batch, type MarkedEvent, type Position } from './event-store.js';
import { CheckpointsLost } from './checkpoints-lost.js';
import { react, type Checkpoint, type Checkpoints, type ReactorOptions } from './reactor.js';

/**
 * Redis may lose the writes of its last seconds. The events of this many milliseconds are handled again, to be sure.
 */
const MARGIN = 10_000;
const PAUSE = 1_000;
/** While the log is quiet, how often to check that Redis still has the checkpoint, in milliseconds. */
const LOOK_EVERY = 5_000;

/**
 * Like `react`, for reactions that put jobs into Redis. After an outage Redis may have lost the latest jobs, so events
 * from a while before it are handled once more; after Redis was emptied, all events are.
 */
export async function reactAcrossOutages<E extends Event>(
  options: ReactorOptions<E> & { redis: Redis },
): Promise<void> {
  const { redis, signal } = options;
  // What is abandoned because the process stops is no error.
  const onError = (error: unknown) => {
    if (!signal.aborted) options.onError(error);
  };
  const recent = new RecentCheckpoints(options.checkpoints);
  // Waits for Redis however long it is unavailable, unless the process is to stop.
  const checkpoints: Checkpoints = {
    load: (name) => unlessStopped(recent.load(name), signal, 0),
    save: (name, position, given) => unlessStopped(recent.save(name, position, given), signal),
  };
  const handle = (batch: Batch<E>, late: boolean) => unlessStopped(options.handle(batch, late), signal);
  const answers = () => unlessStopped(options.answers(), signal, 0);
  const aside: AsideNotes = {
    load: (name) => unlessStopped(options.aside.load(name), signal, 0),
    note: (name, note) => unlessStopped(options.aside.note(name, note), signal),
    noteAgain: (name, note) => unlessStopped(options.aside.noteAgain(name, note), signal),
    remove: (name, id) => unlessStopped(options.aside.remove(name, id), signal),
  };
  let run = new AbortController();
  let awaySince: number | undefined;
  const wentAway = () => {
    awaySince ??= Date.now();
  };
  const cameBack = () => {
    if (awaySince === undefined) return;
    recent.rewind(awaySince - MARGIN);
    awaySince = undefined;
    run.abort();
  };
  let looking = false;
  const look = async () => {
    if (looking) return;
    looking = true;
    try {
      await recent.saveAgain(options.name);
    } catch (error) {
      onError(error);
      if (error instanceof CheckpointsLost) run.abort();
    } finally {
      looking = false;
    }
  };
  redis.on('close', wentAway);
  redis.on('ready', cameBack);
  const looks = setInterval(() => void look(), LOOK_EVERY);
  try {
    while (!signal.aborted) {
      run = new AbortController();
      try {
        const either = AbortSignal.any([signal, run.signal]);
        await react({ ...options, checkpoints, handle, answers, aside, onError, signal: either });
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        await delay(PAUSE, undefined, { signal }).catch(() => undefined);
      }
    }
  } finally {
    clearInterval(looks);
    redis.off('close', wentAway);
    redis.off('ready', cameBack);
  }
}

/** Remembers the positions of a reader during the last seconds. */
export class RecentCheckpoints implements Checkpoints {
  /** Oldest first, about one a second; undefined is the start of the log. */
  #past: { at: number; position: Position | undefined }[] = [];
  #rewind: { to: number } | undefined;
  /** The position that was loaded or saved last. */
  #last: Position | undefined;

  constructor(
    private readonly stored: Checkpoints,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Makes the next load return a position of that time or earlier; until then nothing is saved.
   * @param to in milliseconds.
   */
  rewind(to: number): void {
    this.#rewind = { to: Math.min(to, this.#rewind?.to ?? to) };
  }

  async load(name: string): Promise<Checkpoint> {
    const rewind = this.#rewind;
    const stored = await this.stored.load(name);
    // A rewind that came in the meantime stops the current reader; it applies to the next load.
    if (this.#rewind !== rewind) return stored;
    this.#rewind = undefined;
    const then = rewind && (this.#past.findLast(({ at }) => at <= rewind.to) ?? this.#past[0]);
    const position = then === undefined ? stored.position : earlier(stored.position, then.position);
    this.#past = [{ at: 0, position }];
    this.#last = position;
    return { position, given: stored.given };
  }

  async save(name: string, position: Position, given?: MarkedEvent): Promise<void> {
    if (this.#rewind) return;
    await this.stored.save(name, position, given);
    this.#last = position;
    const now = this.now();
    if (now - (this.#past.at(-1)?.at ?? 0) < 1_000) return;
    this.#past.push({ at: now, position });
    // One position that is older than the margin is enough.
    while ((this.#past[1]?.at ?? now) < now - 2 * MARGIN) this.#past.shift();
  }

  /** Saves again the position that was loaded or saved last. @throws CheckpointsLost */
  async saveAgain(name: string): Promise<void> {
    if (this.#last !== undefined && !this.#rewind) await this.stored.save(name, this.#last);
  }
}

function earlier(a: Position | undefined, b: Position | undefined): Position | undefined {
  return a === undefined || b === undefined ? undefined : comparePositions(a, b) < 0 ? a : b;
}
