import type { Logger } from 'pino';
import { CheckpointsLost } from '../event-log/checkpoints-lost.js';
import { WrongRevision } from '../event-log/event-store.js';
import { outageLogger } from '../platform/outages.js';
import type { Queues } from '../work/queues.js';
import { givenDependency, workerDependency } from '../work/worker.js';
import { Allowance } from './allowance.js';
import { Dispatcher, HandedOverElsewhere } from './dispatcher.js';
import { hasten, queueMessages, type NewJob } from './message-jobs.js';
import { AlertMetrics } from './metrics.js';
import { type MessageJob, NotNotedYet, type Purposes } from './purposes.js';
import { UnknownMessage } from './reports.js';
import { Routes, type Route } from './routes.js';

/** Minute of the day at which messages that had to wait on the day before are sent, if there are no reminders. */
const MORNING = 8 * 60;

/** Errors that pass by themselves. */
const EXPECTED = [WrongRevision, CheckpointsLost, HandedOverElsewhere, UnknownMessage, NotNotedYet];

/** The providers, in order of preference; the code that opened them closes them once the worker has ended. */
export const PROVIDERS = givenDependency<readonly [Route, ...Route[]]>('providers');
/** The purposes that all modules registered. */
export const PROGRAM_PURPOSES = givenDependency<Purposes>('purposes');

/** The parts with which a worker has messages sent. */
export interface Sending {
  routes: Routes;
  purposes: Purposes;
  dispatcher: Dispatcher;
  allowance: Allowance;
  metrics: AlertMetrics;
  /** Logs what failed and is tried again. */
  trouble: ReturnType<typeof outageLogger>;
  /** Queues jobs with a provider; resolves once they are queued. */
  queue: (jobs: readonly NewJob<MessageJob>[]) => Promise<void>;
  /** Raises a job that is queued already to the priority of this one. */
  hasten: (job: NewJob<MessageJob>) => Promise<void>;
}

export const SENDING = workerDependency('sending', (worker): Sending => {
  const { store, queues, config, logger, registry, now, mayGo } = worker.base;
  const { zone, phoneDaily, reminders } = config;
  const routes = new Routes(worker.of(PROVIDERS));
  const purposes = worker.of(PROGRAM_PURPOSES);
  return {
    ...{ routes, purposes },
    dispatcher: new Dispatcher({ store, routes, purposes, mayGo }),
    allowance: new Allowance(store, { zone, now, phoneDaily, morning: reminders?.from ?? MORNING }),
    metrics: new AlertMetrics(registry),
    ...queueing(queues, routes),
    trouble: troubleOf(logger),
  };
});

function queueing(queues: Queues, routes: Routes): Pick<Sending, 'queue' | 'hasten'> {
  return {
    queue: (jobs) => queueMessages(queues, routes, jobs),
    hasten: (job) => hasten(queues, job, routes),
  };
}

function troubleOf(logger: Logger): Sending['trouble'] {
  return outageLogger(logger, (error) => EXPECTED.some((expected) => error instanceof expected));
}
