import { adviceOf } from './alert.js';
import { queueOf, type MessageJob, type NewJob } from '../delivery/index.js';
import { ALERT } from './purpose-names.js';
import type { JobKind } from '../work/define-work.js';
import type { Queues } from '../work/queues.js';

/** The reader of the log that plans and sends alerts. */
export const ALERTS_READER = 'alerts';
export const PLAN_QUEUE = 'alert-plan';
export const SEND_QUEUE = 'alert-send';

export const JOBS: readonly JobKind[] = [
  { name: PLAN_QUEUE, fromLog: true },
  { name: SEND_QUEUE, fromLog: true },
  { name: ALERT, withProvider: true },
];

/** The queues that an alert passes through, first to last. */
export function alertQueues(routes: readonly string[]): string[] {
  return [PLAN_QUEUE, SEND_QUEUE, ...routes.map(queueOf)];
}

/** Brings alerts in line with a case; `traceId` null concerns everyone who ever was a contact of it. */
export interface PlanJob {
  caseId: string;
  traceId: string | null;
}

/** Does what an alert's state asks for, because of the event with that revision or, if null, for another reason. */
export interface SendJob {
  alertId: string;
  revision: number | null;
}
/** The same for an alert with a message to send, in the queue of a provider. */
export type TellJob = SendJob & MessageJob;

export interface Jobs {
  plan: NewJob<PlanJob>[];
  send: NewJob<SendJob>[];
  /** Jobs that will have a message to send, for the queue of a provider. */
  tell: NewJob<TellJob>[];
}

/** The same work has the same id, so it is queued once, however often it is requested. */
export function planJob(caseId: string, traceId: string): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId }, opts: { jobId: `plan-${caseId}-${traceId}` } };
}

/** @param revision of the event of the case that concerns everybody. */
export function planAllJob(caseId: string, revision: number): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId: null }, opts: { jobId: `plan-${caseId}-at-${revision}` } };
}

/** @param revision of the event after which the alerts of the case no longer wait. */
export function planFreedJob(caseId: string, revision: number): NewJob<PlanJob> {
  return { name: 'plan', data: { caseId, traceId: null }, opts: { jobId: `plan-${caseId}-freed-${revision}` } };
}

export function sendJob(alertId: string, revision: number): NewJob<SendJob> {
  return { name: 'send', data: { alertId, revision }, opts: { jobId: `${alertId}-${revision}` } };
}

/** @param degree of the contact whom the message is for: closer contacts come first. */
export function tellJob(alertId: string, revision: number, degree: number): NewJob<TellJob> {
  const { name, data, opts } = sendJob(alertId, revision);
  return { name, data: { ...data, purpose: ALERT }, opts: { ...opts, priority: adviceOf(degree) } };
}

/** @param wait milliseconds until the job runs. */
export function delayed<Data>(job: NewJob<Data>, wait: number): NewJob<Data> {
  return wait > 0 ? { ...job, opts: { ...job.opts, delay: wait } } : job;
}

/** @param cause id of the event because of which a failed alert is checked again. */
export function tryAgainJob(alertId: string, cause: string): NewJob<SendJob> {
  return { name: 'send', data: { alertId, revision: null }, opts: { jobId: `${alertId}-after-${cause}` } };
}

/** Queues the jobs; resolves once Redis has them all. @param queueMessages queues those that have a message to send. */
export async function addJobs(
  queues: Queues,
  { plan, send, tell }: Jobs,
  queueMessages: (jobs: readonly NewJob<MessageJob>[]) => Promise<void>,
): Promise<void> {
  if (plan.length > 0) await queues.queue<PlanJob>(PLAN_QUEUE).addBulk(plan);
  if (send.length > 0) await queues.queue<SendJob>(SEND_QUEUE).addBulk(send);
  await queueMessages(tell);
}
