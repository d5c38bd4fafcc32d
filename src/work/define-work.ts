import type { Processor } from 'bullmq';
import { reactAcrossOutages } from '../event-log/react-across-outages.js';
import type { ReactorOptions } from '../event-log/reactor.js';
import type { Event, EventSet } from '../kernel/event.js';
import { GRACE, within } from '../platform/stopping.js';
import type { Worker } from './worker.js';

/** Something at work in a worker. */
export interface Running {
  /** The log is another one: what was kept in memory of the former is no more. */
  forget?: (() => void) | undefined;
  /** Lets what is under way end, once the worker is to stop. */
  close(): Promise<void>;
}

/** A kind of job that may be queued. */
export interface JobKind {
  /** That of its queue, or the purpose of its messages. */
  readonly name: string;
  /** It waits in the queue of a provider, which `delivery` has, and is done by what the purpose of this name brings. */
  readonly withProvider?: true;
  /** It follows from the log: where that is another one it is dropped, and what is to be done is queued anew. */
  readonly fromLog?: true;
}

/** Who does the jobs of a queue. */
export interface JobHandler {
  readonly job: string;
  start(worker: Worker): Running;
}

/** @param open makes what does a job; `onFailed` is told of each attempt that is followed by another. */
export function handlesJob<Data>(
  job: string,
  open: (worker: Worker) => {
    run: Processor<Data, void>;
    atOnce?: number;
    onFailed: (error: Error, data: Data | undefined) => void;
  },
): JobHandler {
  return {
    job,
    start(worker) {
      const { run, atOnce = 1, onFailed } = open(worker);
      const working = worker.base.queues.worker<Data>(job, run, { concurrency: atOnce });
      working.on('failed', (failed, error) => onFailed(error, failed?.data));
      return { close: () => working.close() };
    },
  };
}

/** Who follows the log, and has what follows from it done. */
export interface Reaction {
  /** By whose name it keeps how far it is. */
  readonly reader: string;
  readonly events: EventSet;
  start(worker: Worker): Running;
}

type Reacting<E extends Event> = Pick<ReactorOptions<E>, 'handle' | 'answers' | 'onError'> &
  Partial<Pick<ReactorOptions<E>, 'maxEvents' | 'maxWait'>> &
  Pick<Running, 'forget'>;

export function defineReaction<E extends Event>(
  reader: string,
  events: EventSet<E>,
  open: (worker: Worker) => Reacting<E>,
): Reaction {
  return {
    reader,
    events,
    start(worker) {
      const { store, checkpoints, aside, queues, logger } = worker.base;
      const { forget, ...reacting } = open(worker);
      const done = reactAcrossOutages({
        ...{ store, checkpoints, aside, redis: queues.redis, signal: worker.signal, name: reader, events },
        onAside: (line) => logger.error(`${line}: see npx truyvet projections status`),
        ...reacting,
      });
      return { forget, close: () => done };
    },
  };
}

const SWEEP_EVERY = 30_000;

/**
 * Looks at once, now and then, and whenever Redis is back, for what is to be done whatever became of the jobs in it.
 * @param sweep one at a time.
 */
export function sweeping(
  { base: { queues, sweepEvery = SWEEP_EVERY } }: Worker,
  sweep: () => Promise<void>,
  onError: (error: unknown) => void,
): Running {
  let under: Promise<void> | undefined;
  const look = () =>
    void (under ??= sweep()
      .catch(onError)
      .finally(() => (under = undefined)));
  const timer = setInterval(look, sweepEvery);
  queues.redis.on('ready', look);
  look();
  return {
    async close() {
      clearInterval(timer);
      queues.redis.off('ready', look);
      await within(GRACE, under ?? Promise.resolve());
    },
  };
}

/** All that a module does in a worker. */
export interface Work {
  /** Whatever is queued of it. */
  jobs?: readonly JobKind[];
  /** Who does those of its own queues. */
  handlers?: readonly JobHandler[];
  reactions?: readonly Reaction[];
  /** What runs beside them. */
  runs?: readonly ((worker: Worker) => Running)[];
}
