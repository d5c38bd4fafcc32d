import { DelayedError, type Job, type JobsOptions } from 'bullmq';
import type { Queues } from '../work/queues.js';
import type { Worker } from '../work/worker.js';
import { Elsewhere } from './dispatcher.js';
import type { MessageHandler, MessageJob, Purposes } from './purposes.js';
import type { Route, Routes } from './routes.js';

/** Milliseconds until a message that no provider may take now is tried again. */
const LOOK_AGAIN = 2_000;

/** Each provider has a queue of its own, so that each keeps to its rate and a slow one does not hold up others. */
export const queueOf = (route: string) => `alert-via-${route}`;

export interface NewJob<Data> {
  name: string;
  data: Data;
  opts: Pick<JobsOptions, 'jobId' | 'priority' | 'delay'> & { jobId: string };
}

/** As a queue may hold it: earlier versions set no purpose. */
type QueuedMessage = Omit<MessageJob, 'purpose'> & Partial<Pick<MessageJob, 'purpose'>>;

/** Queues jobs with the provider that is preferred now; resolves once Redis has them all. */
export async function queueMessages(
  queues: Queues,
  routes: Pick<Routes, 'preferred'>,
  jobs: readonly NewJob<MessageJob>[],
): Promise<void> {
  if (jobs.length > 0) await queues.queue<MessageJob>(queueOf(routes.preferred.name)).addBulk([...jobs]);
}

/** Queues whose jobs can be moved forward. */
interface QueuesWithJobs {
  queue(name: string): { getJob(id: string): Promise<Pick<Job, 'priority' | 'changePriority'> | undefined> };
}

/** If a provider's queue already has this job with a lower priority, raises it to the priority of this one. */
export async function hasten(
  queues: QueuesWithJobs,
  { opts }: Pick<NewJob<MessageJob>, 'opts'>,
  routes: { all: readonly Pick<Route, 'name'>[] },
): Promise<void> {
  const { jobId, priority = 0 } = opts;
  for (const { name } of routes.all) {
    const job = await queues.queue(queueOf(name)).getJob(jobId);
    if (job && job.priority > priority) await job.changePriority({ priority });
  }
}

/** Passes jobs to the modules that registered their purposes. */
export function sendByPurpose(purposes: Purposes, worker: Worker): SendContext['send'] {
  const handlers = new Map<string, Promise<MessageHandler>>();
  return async (job, via) => {
    const { purpose } = job;
    // Queued by an earlier version, without a purpose: the sweeper finds what is to be done and queues it again.
    if (purpose === undefined) return;
    let handler = handlers.get(purpose);
    if (!handler) handlers.set(purpose, (handler = purposes.handlerOf(purpose, worker)));
    await (await handler).send({ ...job, purpose }, via);
  };
}

interface SendContext {
  queues: Pick<Queues, 'queue'>;
  routes: Pick<Routes, 'isPaused' | 'next'>;
  /** Runs the job through a provider. */
  send: (job: QueuedMessage, via: Route) => Promise<void>;
}

/**
 * Runs a job of a provider's queue. If another provider has to send the message, its job is added to that provider's
 * queue before it ends here. The jobs of a paused provider move elsewhere, except for messages that only it may send.
 */
export async function sendThrough(
  { queues, routes, send }: SendContext,
  route: Route,
  job: Pick<Job<QueuedMessage, void>, 'data' | 'opts' | 'priority' | 'moveToDelayed'>,
  token: string | undefined,
): Promise<void> {
  const goOn = async (to: string, delay: number, more: Pick<MessageJob, 'bound'> = {}) => {
    const { jobId } = job.opts;
    // Not the priority with which it was queued: that may have been raised since.
    const { priority } = job;
    const { bound: _, ...data } = job.data;
    const opts = { ...(jobId !== undefined && { jobId }), ...(priority > 0 && { priority }), delay };
    await queues.queue<QueuedMessage>(queueOf(to)).add('send', { ...data, ...more }, opts);
  };
  if (routes.isPaused(route.name)) {
    const other = job.data.bound ? undefined : routes.next([route.name]);
    if (other) return goOn(other.name, 0);
    // It was fetched before everything was paused, or it is bound: it is put back.
    await job.moveToDelayed(Date.now() + LOOK_AGAIN, token);
    throw new DelayedError();
  }
  try {
    await send(job.data, route);
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error;
    const bound = routes.isPaused(error.route);
    await goOn(error.route, bound ? LOOK_AGAIN : error.delay, bound ? { bound } : {});
  }
}
