import { CaseRetracted, TraceCompleted } from '../cases/index.js';
import { PersonRegistered } from '../people/index.js';
import { eventSet, union, type EventIn } from '../kernel/event.js';
import { AlertsApproved, AlertsFreed, SETTLING } from './events.js';
import type { RecordedEvent } from '../event-log/event-store.js';
import { planAllJob, planFreedJob, planJob, sendJob, tellJob, tryAgainJob, type Jobs } from './jobs.js';
import type { Unreached } from './unreached.js';

/** The events that alerting reacts to. */
export const REACTED = union(
  eventSet(TraceCompleted, CaseRetracted, AlertsApproved, AlertsFreed, PersonRegistered),
  SETTLING,
);
type Reacted = RecordedEvent<EventIn<typeof REACTED>>;

/**
 * The jobs that follow from events of the log; events handled twice give the same jobs.
 * @param gathers whether messages wait for others to the same phone: then a requested alert is not queued with a
 * provider at once.
 */
export async function reactTo(events: readonly Reacted[], unreached: Unreached, gathers: boolean): Promise<Jobs> {
  const jobs: Jobs = { plan: [], send: [], tell: [] };
  for (const event of events) {
    planAlertsWhenATraceCompletes(event, jobs);
    withdrawAlertsWhenACaseIsRetracted(event, jobs);
    planAlertsWhenTheyWaitNoMore(event, jobs);
    settleAnAlertWhenSomethingHappensToIt(event, jobs, gathers);
  }
  await tryAgainWhenPeopleGetAnotherPhone(events, jobs, unreached);
  return jobs;
}

function planAlertsWhenATraceCompletes(event: Reacted, jobs: Jobs): void {
  if (event.type === 'TraceCompleted') jobs.plan.push(planJob(event.data.caseId, event.data.traceId));
}

function withdrawAlertsWhenACaseIsRetracted(event: Reacted, jobs: Jobs): void {
  if (event.type === 'CaseRetracted') jobs.plan.push(planAllJob(event.data.caseId, event.revision));
}

function planAlertsWhenTheyWaitNoMore(event: Reacted, jobs: Jobs): void {
  if (event.type !== 'AlertsApproved' && event.type !== 'AlertsFreed') return;
  jobs.plan.push(planFreedJob(event.data.caseId, event.revision));
}

function settleAnAlertWhenSomethingHappensToIt(event: Reacted, jobs: Jobs, gathers: boolean): void {
  if (!SETTLING.includes(event)) return;
  const { alertId } = event.data;
  if (event.type === 'AlertRequested' && !gathers) {
    jobs.tell.push(tellJob(alertId, event.revision, event.data.degree));
    // Taking a message back a moment later puts nobody at risk.
  } else if (isOwed(event)) jobs.tell.push(tellJob(alertId, event.revision, 2));
  else jobs.send.push(sendJob(alertId, event.revision));
}

/** Whether there is a message to take back. */
function isOwed(event: Reacted): boolean {
  return event.type === 'WithdrawalOwedInDoubt' || (event.type === 'AlertWithdrawn' && event.data.told);
}

/**
 * Also if they have no phone any more: they have to learn in another way what another person's message would have said.
 */
async function tryAgainWhenPeopleGetAnotherPhone(
  events: readonly Reacted[],
  jobs: Jobs,
  unreached: Unreached,
): Promise<void> {
  const registered = events.filter((event) => event.type === 'PersonRegistered');
  const last = registered.at(-1);
  if (!last) return;
  const personIds = registered.map(({ data }) => data.personId);
  for (const alertId of await unreached.alertsOf([...new Set(personIds)])) {
    jobs.send.push(tryAgainJob(alertId, last.id));
  }
}
