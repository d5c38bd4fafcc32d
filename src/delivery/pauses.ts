import type { Worker } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../event-log/event-store.js';
import { knownOperatorOrders } from './known-operator-orders.js';
import { unlessStopped } from '../platform/stopping.js';
import type { Routes } from './routes.js';

/** Milliseconds between two reads. A reader of the whole log may be far behind; a pause must not be. */
const LOOK_EVERY = 500;

/**
 * Applies operators' pauses as the log has them: a queue that is paused in Redis would run again once Redis is emptied.
 * Every process does so for its own workers, which take no jobs before the pauses are known.
 * @param workers of the providers' queues, not running yet.
 */
export async function watchPauses(options: {
  store: EventStore;
  routes: Routes;
  workers: readonly Worker[];
  signal: AbortSignal;
  onError: (error: unknown) => void;
}): Promise<void> {
  const { store, routes, workers, signal, onError } = options;
  const operations = knownOperatorOrders(store);
  let running: boolean | undefined;
  while (!signal.aborted) {
    try {
      // While the log is away, a read goes on for a minute.
      const { state } = await unlessStopped(operations.load(), signal, 0);
      routes.pause({ all: state.all !== null, providers: new Set(state.providers.keys()) });
      const run = !routes.waiting;
      if (run !== running) {
        // Messages that are being sent may finish, but are not waited for.
        for (const worker of workers) (run ? worker.resume() : worker.pause()).catch(onError);
        running = run;
      }
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
    await delay(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
  }
}
