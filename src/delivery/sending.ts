import type { Logger } from 'pino';
import { CheckpointsLost } from '../event-log/checkpoints-lost.js';
import { WrongRevision } from '../event-log/event-store.js';
import { outageLogger } from '../platform/outages.js';
import type { Queues } from '../work/queues.js';
import { givenPart, sharedPart } from '../work/worker.js';
import { Allowance } from './allowance.js';
import { Dispatcher, HandedOverElsewhere } from './dispatcher.js';
import { hasten, queueMessages, type NewJob } from './message-jobs.js';
import { AlertMetrics } from './metrics.js';
import { type MessageJob, NotNotedYet, type Purposes } from './purposes.js';
import { UnknownMessage } from './reports.js';
import { Routes, type Route } from './routes.js';

/** Minutes of the day: when people are told what they were not on the day before, where nobody is reminded. */
const MORNING = 8 * 60;

/** What passes by itself. */
const EXPECTED = [WrongRevision, CheckpointsLost, HandedOverElsewhere, UnknownMessage, NotNotedYet];

/** The providers, in order of preference; whoever opened them closes them, once the worker has ended. */
export const PROVIDERS = givenPart<readonly [Route, ...Route[]]>('providers');
/** Why messages are sent, as all modules say. */
export const PROGRAM_PURPOSES = givenPart<Purposes>('purposes');

/** With what a worker has messages sent. */
export interface Sending {
  routes: Routes;
  purposes: Purposes;
  dispatcher: Dispatcher;
  allowance: Allowance;
  metrics: AlertMetrics;
  /** Says what failed and is tried again. */
  trouble: ReturnType<typeof outageLogger>;
  /** Done means that the queue of a provider has them. */
  queue: (jobs: readonly NewJob<MessageJob>[]) => Promise<void>;
  /** Has one that is queued already come as soon as this one would. */
  hasten: (job: NewJob<MessageJob>) => Promise<void>;
}

export const SENDING = sharedPart('sending', (worker): Sending => {
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
