import { ALERTING, alertQueues, isBusy } from '../alerting/index.js';
import { SENDING, type MessageHandler } from '../delivery/index.js';
import { sweeping, type Running, type Work } from '../work/define-work.js';
import { workerDependency, type Worker } from '../work/worker.js';
import { JOBS, type ReminderJob } from './jobs.js';
import type { ReminderQueries } from './reminder-ports.js';
import { Neo4jReminders } from './reminder-queries.js';
import { Reminders } from './reminders.js';

/** The graph queries of reminders. */
export const REMINDER_GRAPH = workerDependency(
  'reminder graph',
  ({ base }): ReminderQueries => new Neo4jReminders(base.driver),
);

const REMINDERS = workerDependency('reminders', (worker) => {
  const { store, sealing, config, now } = worker.base;
  const { dispatcher, metrics, allowance } = worker.of(SENDING);
  const { views, recipients, gathering, rules, texts } = worker.of(ALERTING);
  const common = { store, sealing, dispatcher, metrics, allowance, views, recipients, gathering, rules, texts };
  return new Reminders({ ...common, graph: worker.of(REMINDER_GRAPH), config, now });
});

/** Handles reminder jobs that are queued with a provider. */
export function reminderMessages(worker: Worker): MessageHandler {
  const reminders = worker.of(REMINDERS);
  return { send: ({ alertId, remindOf }: ReminderJob, via) => reminders.remind(alertId, remindOf, via) };
}

/** Queues reminders that have become due, unless the queues are so full that this would not send them earlier. */
function sweepReminders(worker: Worker): Running {
  const { queues } = worker.base;
  const { routes, queue, trouble } = worker.of(SENDING);
  const reminders = worker.of(REMINDERS);
  const names = alertQueues(routes.all.map(({ name }) => name));
  const sweep = async () => {
    if (await isBusy(queues, names)) return;
    for await (const jobs of reminders.due()) await queue(jobs);
  };
  return sweeping(worker, sweep, (error) => trouble('reminders: sweeping failed', error));
}

export const WORK: Work = { jobs: JOBS, runs: [sweepReminders] };
