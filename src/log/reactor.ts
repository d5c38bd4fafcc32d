import { setTimeout as delay } from 'node:timers/promises';
import type { EventType } from '../domain/events.js';
import type { Batch, EventStore, Position } from './event-store.js';

/** Where each reader of the log stands. Losing one only makes its reader handle events again, which is harmless. */
export interface Checkpoints {
  load(name: string): Promise<Position | undefined>;
  save(name: string, position: Position): Promise<void>;
}

/** What kept the checkpoints was emptied, and with it what followed from the events: the reader has to load again. */
export class CheckpointsLost extends Error {
  constructor(name: string) {
    super(`Redis was emptied: "${name}" reads the log from its start`);
    this.name = 'CheckpointsLost';
  }
}

export interface ReactorOptions {
  store: EventStore;
  checkpoints: Checkpoints;
  /** Its checkpoint's name. */
  name: string;
  types: readonly EventType[];
  /** Done means that everything that follows from the batch is in the log or in a queue. */
  handle: (batch: Batch) => Promise<void>;
  onError: (error: unknown) => void;
  signal: AbortSignal;
  maxEvents?: number;
  /** Milliseconds that an event may wait for others; few, since the price is paid by the person to be told. */
  maxWait?: number;
}

const LONGEST_PAUSE = 5_000;

/**
 * Reads the log from its checkpoint on and hands every batch over at least once, in order, until the signal aborts.
 * A batch that fails is tried again until it succeeds: skipping it would lose what follows from it.
 * @throws CheckpointsLost
 */
export async function react(options: ReactorOptions): Promise<void> {
  const { store, checkpoints, name, types, handle, onError, signal, maxEvents = 1_000, maxWait = 20 } = options;
  const after = await checkpoints.load(name);
  const batches = store.follow({ after, types, maxEvents, maxWait, signal, onError });
  for await (const batch of batches) {
    for (let pause = 100; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        if (batch.events.length > 0) await handle(batch);
        await checkpoints.save(name, batch.position);
        break;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof CheckpointsLost) throw error;
        onError(error);
        await delay(pause, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }
}
