import type { Processor } from 'bullmq';
import { reactAcrossOutages } from '../event-log/react-across-outages.js';
import type { ReactorOptions } from '../event-log/reactor.js';
import type { Event, EventSet } from '../kernel/event.js';
import { GRACE, within } from '../platform/stopping.js';
import type { Worker } from './worker.js';

/** Something that runs in a worker. */
export interface Running {
  /** Drops what is kept in memory of a log that was replaced. */
  forget?: (() => void) | undefined;
  /** Waits for running work to end when the worker stops. */
  close(): Promise<void>;
}

/** A kind of job that may be queued. */
export interface JobKind {
  /** The name of its queue, or the purpose of its messages. */
  readonly name: string;
  /** It is queued with a provider, in a queue of `delivery`, and the handler of the purpose with this name runs it. */
  readonly withProvider?: true;
  /** It is derived from the log: when the log is replaced, its jobs are dropped and open work is queued again. */
  readonly fromLog?: true;
}

/** Runs the jobs of a queue. */
export interface JobHandler {
  readonly job: string;
  start(worker: Worker): Running;
}

/** @param open returns what runs a job, and `onFailed`, which is called for each failed attempt before the next. */
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

/** A reader of the log that causes work. */
export interface Reaction {
  /** The name of its checkpoint. */
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
 * Looks for open work immediately, at intervals, and whenever Redis is back, in case Redis lost jobs.
 * @param sweep never runs twice at the same time.
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

/** The work of a module in a worker. */
export interface Work {
  /** All kinds of jobs that it queues. */
  jobs?: readonly JobKind[];
  /** Handlers of the jobs in its own queues. */
  handlers?: readonly JobHandler[];
  reactions?: readonly Reaction[];
  /** Other background work. */
  runs?: readonly ((worker: Worker) => Running)[];
}
