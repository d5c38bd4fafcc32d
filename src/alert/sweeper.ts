import type { EventStore } from '../log/event-store.js';
import type { GraphQueries } from '../graph/ports.js';
import type { Queues } from '../platform/queues.js';
import { loadAlert } from './alert-log.js';
import { concurrently } from './concurrently.js';
import { SEND_QUEUE, sendJob, type NewJob, type SendJob } from './jobs.js';

const PAGE = 500;
const READS_AT_ONCE = 50;
/** With so many jobs in the queue there is no need to look for forgotten ones yet. */
const BUSY = 1_000;

/** Queues again what the log says is still to be done, whatever became of the jobs in Redis. */
export class Sweeper {
  #sweeping: Promise<void> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly graph: Pick<GraphQueries, 'alertsDue'>,
    private readonly queues: Queues,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Done when no sweep is under way. */
  get sweeping(): Promise<void> {
    return this.#sweeping ?? Promise.resolve();
  }

  /** One sweep at a time; never fails. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.#run()
      .catch(this.onError)
      .finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async #run(): Promise<void> {
    if ((await this.queues.outstanding(SEND_QUEUE)) >= BUSY) return;
    for (let after: string | undefined; ;) {
      const due = await this.graph.alertsDue(after, PAGE);
      const send: NewJob<SendJob>[] = [];
      await concurrently(due, READS_AT_ONCE, async (alertId) => {
        // The graph may be behind; the job of the alert's present state is the one that may be queued already.
        const { state, settledBy } = await loadAlert(this.store, alertId);
        const toBeTold = state.status === 'requested' || (state.status === 'failed' && state.replayed);
        if (toBeTold || state.withdrawal === 'owed') send.push(sendJob(alertId, settledBy));
      });
      await this.queues.queue<SendJob>(SEND_QUEUE).addBulk(send);
      if (due.length < PAGE) return;
      after = due.at(-1);
    }
  }
}
