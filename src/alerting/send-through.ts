import { DelayedError, type Job } from 'bullmq';
import type { Queues } from '../work/queues.js';
import { Elsewhere, type Route, type Routes } from '../delivery/index.js';
import { queueOf, type SendJob } from './jobs.js';

/** Milliseconds until a message that nobody may take now is looked at again. */
const LOOK_AGAIN = 2_000;

interface SendContext {
  queues: Queues;
  routes: Routes;
  settle: (job: SendJob, via: Route) => Promise<void>;
}

/**
 * Does a job of a provider's queue. A message that another provider is to send goes on in that one's queue; only then is
 * it done with here. Of a paused provider everything goes on elsewhere, but for what it alone may send.
 */
export async function sendThrough(
  { queues, routes, settle }: SendContext,
  route: Route,
  job: Job<SendJob, void>,
  token: string | undefined,
): Promise<void> {
  const goOn = async (to: string, delay: number, more: Pick<SendJob, 'bound'> = {}) => {
    const { jobId } = job.opts;
    // Not that with which it was queued: it may have been told to come sooner since.
    const { priority } = job;
    const { bound: _, ...data } = job.data;
    const opts = { ...(jobId !== undefined && { jobId }), ...(priority > 0 && { priority }), delay };
    await queues.queue<SendJob>(queueOf(to)).add('send', { ...data, ...more }, opts);
  };
  if (routes.isPaused(route.name)) {
    const other = job.data.bound ? undefined : routes.next([route.name]);
    if (other) return goOn(other.name, 0);
    // It had been fetched already when everything was paused, or is bound: as if it had not been.
    await job.moveToDelayed(Date.now() + LOOK_AGAIN, token);
    throw new DelayedError();
  }
  try {
    await settle(job.data, route);
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error;
    const bound = routes.isPaused(error.route);
    await goOn(error.route, bound ? LOOK_AGAIN : error.delay, bound ? { bound } : {});
  }
}
