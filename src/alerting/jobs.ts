import { adviceOf } from './alert.js';
import { queueOf, type MessageJob, type NewJob } from '../delivery/index.js';
import { ALERT } from './purpose-names.js';
import type { JobKind } from '../work/define-work.js';
import type { Queues } from '../work/queues.js';

export const PLAN_QUEUE = 'alert-plan';
export const SEND_QUEUE = 'alert-send';

export const JOBS: readonly JobKind[] = [
  { name: PLAN_QUEUE, fromLog: true },
  { name: SEND_QUEUE, fromLog: true },
  { name: ALERT, withProvider: true },
];

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
}
/** The same with a message to send, in the queue of a provider. */
export type TellJob = SendJob & MessageJob;

export interface Jobs {
  plan: NewJob<PlanJob>[];
  send: NewJob<SendJob>[];
  /** Those that will have a message to send, for the queue of a provider. */
  tell: NewJob<TellJob>[];
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
export function tellJob(alertId: string, revision: number, degree: number): NewJob<TellJob> {
  const { name, data, opts } = sendJob(alertId, revision);
  return { name, data: { ...data, purpose: ALERT }, opts: { ...opts, priority: adviceOf(degree) } };
}

/** @param wait milliseconds until it is done. */
export function delayed<Data>(job: NewJob<Data>, wait: number): NewJob<Data> {
  return wait > 0 ? { ...job, opts: { ...job.opts, delay: wait } } : job;
}

/** @param cause id of the event because of which an alert that failed is looked at again. */
export function tryAgainJob(alertId: string, cause: string): NewJob<SendJob> {
  return { name: 'send', data: { alertId, revision: null }, opts: { jobId: `${alertId}-after-${cause}` } };
}

/** Done means that Redis has them all. @param queueMessages has those done that have a message to send. */
export async function addJobs(
  queues: Queues,
  { plan, send, tell }: Jobs,
  queueMessages: (jobs: readonly NewJob<MessageJob>[]) => Promise<void>,
): Promise<void> {
  if (plan.length > 0) await queues.queue<PlanJob>(PLAN_QUEUE).addBulk(plan);
  if (send.length > 0) await queues.queue<SendJob>(SEND_QUEUE).addBulk(send);
  await queueMessages(tell);
}
