import type { EventStore } from '../event-log/event-store.js';
import type { AlertGraph } from './alert-ports.js';
import type { Queues } from '../work/queues.js';
import { waitsForMorning } from './failures.js';
import { loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { Allowance, NewJob, Route } from '../delivery/index.js';
import { concurrently } from '../kernel/concurrently.js';
import { alertQueues, SEND_QUEUE, sendJob, type SendJob } from './jobs.js';

const PAGE = 500;
const READS_AT_ONCE = 50;
/** With so many jobs queued, there is no need to look for forgotten ones yet. */
const BUSY = 1_000;

export interface SweeperMeans {
  store: EventStore;
  graph: Pick<AlertGraph, 'alertsDue'>;
  queues: Pick<Queues, 'due'> & { queue(name: string): { addBulk(jobs: NewJob<SendJob>[]): Promise<unknown> } };
  routes: { all: readonly Pick<Route, 'name'>[] };
  allowance: Pick<Allowance, 'isMorningAfter'>;
}

/**
 * Queues again what the log says is still to be done, whatever happened to the jobs in Redis, and what has become due
 * since then.
 */
export class Sweeper {
  constructor(private readonly means: SweeperMeans) {}

  async sweep(): Promise<void> {
    const { queues, routes } = this.means;
    if (await isBusy(queues, alertQueues(routes.all.map(({ name }) => name)))) return;
    await this.#alerts();
  }

  async #alerts(): Promise<void> {
    const { store, graph, queues, allowance } = this.means;
    for (let after: string | undefined; ;) {
      const due = await graph.alertsDue(after, PAGE);
      const send: NewJob<SendJob>[] = [];
      await concurrently(due, READS_AT_ONCE, async (alertId) => {
        // The graph may be behind, so the log decides; the job for the alert's present state may be queued already.
        const alert = await loadAlert(store, alertId);
        if (isToBeDone(alert, allowance)) send.push(sendJob(alertId, alert.settledBy));
      });
      await queues.queue(SEND_QUEUE).addBulk(send);
      if (due.length < PAGE) return;
      after = due.at(-1);
    }
  }
}

/** Whether these queues hold so many jobs that there is no need to look for more. */
export async function isBusy(queues: Pick<Queues, 'due'>, names: readonly string[]): Promise<boolean> {
  // Messages that wait for others to the same phone do not count: they must stop neither sweeping nor reminders.
  const due = await Promise.all(names.map((name) => queues.due(name)));
  return due.reduce((sum, jobs) => sum + jobs, 0) >= BUSY;
}

/** Whether there is something to do about an alert now. */
export function isToBeDone(
  { state, failedAt }: Pick<LoadedAlert, 'state' | 'failedAt'>,
  allowance: Pick<Allowance, 'isMorningAfter'>,
): boolean {
  const { status, failure, replayed, withdrawal, withdrawalFailure } = state;
  if (status === 'requested' || (status === 'failed' && replayed) || withdrawal === 'owed') return true;
  const waits = waitsForMorning(status === 'failed' ? failure : withdrawal === 'failed' ? withdrawalFailure : null);
  return waits && allowance.isMorningAfter(failedAt);
}
