import type { JobsOptions } from 'bullmq';
import { adviceOf } from './alert.js';
import type { Queues } from '../work/queues.js';
import type { Routes } from '../delivery/index.js';

export const PLAN_QUEUE = 'alert-plan';
export const SEND_QUEUE = 'alert-send';
/** Each provider has a queue of its own, so that each is kept to its rate and one that is slow holds up no other. */
export const queueOf = (route: string) => `alert-via-${route}`;

/** The queues on the way of an alert, first to last. */
export function alertQueues(routes: readonly string[]): string[] {
  return [PLAN_QUEUE, SEND_QUEUE, ...routes.map(queueOf)];
}

/** Bring alerts in line with a case; `traceId` null concerns everyone who ever was a contact of it. */
export interface PlanJob {
  caseId: string;
  traceId: string | null;
}

/** Do what the state of an alert asks for, since the event of that revision or, when null, for another reason. */
export interface SendJob {
  alertId: string;
  revision: number | null;
  /** Of a reminder: the day of what it reminds of, such as 2021-08-01. */
  remindOf?: string;
  /** It may have gone through the provider in whose queue it is, which alone can tell: no other may try it. */
  bound?: true;
}

export interface NewJob<Data> {
  name: string;
  data: Data;
  opts: Pick<JobsOptions, 'jobId' | 'priority' | 'delay'> & { jobId: string };
}

export interface Jobs {
  plan: NewJob<PlanJob>[];
  send: NewJob<SendJob>[];
  /** Those that will have a message to send, for the queue of a provider. */
  tell: NewJob<SendJob>[];
}

/** The same work has the same id, so that it is queued once however often it is asked for. */
export function planJob(caseId: string, traceId: string): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId }, opts: { jobId: `plan-${caseId}-${traceId}` } };
}

/** @param revision of the event of the case that concerns everybody. */
export function planAllJob(caseId: string, revision: number): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId: null }, opts: { jobId: `plan-${caseId}-at-${revision}` } };
}

/** @param revision of the event after which the alerts of the case wait no more. */
export function planFreedJob(caseId: string, revision: number): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId: null }, opts: { jobId: `plan-${caseId}-freed-${revision}` } };
}

export function sendJob(alertId: string, revision: number): NewJob<SendJob> {
  return { name: 'send', data: { alertId, revision }, opts: { jobId: `${alertId}-${revision}` } };
}

/** @param degree whom the message is for: the closest contacts come first, whoever else is waiting. */
export function tellJob(alertId: string, revision: number, degree: number): NewJob<SendJob> {
  const { name, data, opts } = sendJob(alertId, revision);
  return { name, data, opts: { ...opts, priority: adviceOf(degree) } };
}

/** @param wait milliseconds until it is done. */
export function delayed<Data>(job: NewJob<Data>, wait: number): NewJob<Data> {
  return wait > 0 ? { ...job, opts: { ...job.opts, delay: wait } } : job;
}

/** Has a job that a provider's queue may have already, of farther contacts, come as soon as this one would. */
export async function hasten(queues: Queues, { opts }: NewJob<SendJob>, routes: Pick<Routes, 'all'>): Promise<void> {
  const { jobId, priority = 0 } = opts;
  for (const { name } of routes.all) {
    const job = await queues.queue<SendJob>(queueOf(name)).getJob(jobId);
    if (job && job.priority > priority) await job.changePriority({ priority });
  }
}

/** @param cause id of the event because of which an alert that failed is looked at again. */
export function tryAgainJob(alertId: string, cause: string): NewJob<SendJob> {
  return { name: 'send', data: { alertId, revision: null }, opts: { jobId: `${alertId}-after-${cause}` } };
}

/** Whoever is told of an exposure comes first. */
const LAST = 4;

/** @param alertId by which the phone was told. */
export function reminderJob(reminderId: string, alertId: string, day: string): NewJob<SendJob> {
  const opts = { jobId: `reminder-${reminderId}`, priority: LAST };
  return { name: 'send', data: { alertId, revision: null, remindOf: day }, opts };
}

/**
 * Done means that Redis has them all.
 * @param route the provider in whose queue messages go.
 */
export async function addJobs(queues: Queues, { plan, send, tell }: Jobs, route: string): Promise<void> {
  if (plan.length > 0) await queues.queue<PlanJob>(PLAN_QUEUE).addBulk(plan);
  if (send.length > 0) await queues.queue<SendJob>(SEND_QUEUE).addBulk(send);
  if (tell.length > 0) await queues.queue<SendJob>(queueOf(route)).addBulk(tell);
}
