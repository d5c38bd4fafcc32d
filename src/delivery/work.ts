import { handlesJob, type Running, type Work } from '../work/define-work.js';
import type { Worker } from '../work/worker.js';
import { GRACE, within } from '../platform/stopping.js';
import { publishFailing } from './failing-providers.js';
import { queueOf, sendByPurpose, sendThrough } from './message-jobs.js';
import { MESSAGE_GRAPH } from './message-graph.js';
import { watchPauses } from './pauses.js';
import type { MessageJob } from './purposes.js';
import { noteReport, queueReports, REPORT_QUEUE, type ReportJob, untilGivenUp } from './reports.js';
import { SENDING } from './sending.js';

const SENDS_AT_ONCE = 50;

/** Runs the jobs in the queues of the providers, and applies operators' pauses. */
function sendMessages(worker: Worker): Running {
  const { store, queues } = worker.base;
  const { routes, purposes, trouble } = worker.of(SENDING);
  const send = sendByPurpose(purposes, worker);
  const sending = routes.all.map((route) =>
    queues.worker<MessageJob>(
      queueOf(route.name),
      (job, token) => sendThrough({ queues, routes, send }, route, job, token),
      {
        concurrency: SENDS_AT_ONCE,
        // Starts once it is known what operators paused.
        autorun: false,
        ...(route.perSecond !== null && { limiter: { max: route.perSecond, duration: 1_000 } }),
      },
    ),
  );
  for (const each of sending) {
    each.on('failed', (_job, error) => trouble('alerts: a job failed and will be tried again', error));
  }
  const pausing = watchPauses({
    ...{ store, routes, workers: sending, signal: worker.signal },
    onError: (error) => trouble('alerts: the pauses of operators are not known', error),
  });
  const leaving = publishFailing(queues, routes, (error) => trouble('Redis', error));
  for (const { name, provider } of routes.all) {
    provider.onReport?.((report) => {
      queueReports(queues.queue(REPORT_QUEUE), name, [report]).catch((error: unknown) =>
        trouble(`a report of ${name} was lost`, error),
      );
    });
  }
  return {
    async close() {
      await Promise.all([pausing, ...sending.map((each) => each.close())]);
      await within(GRACE, leaving.stop());
    },
  };
}

export const WORK: Work = {
  jobs: [{ name: REPORT_QUEUE }],
  handlers: [
    handlesJob<ReportJob>(REPORT_QUEUE, (worker) => {
      const { purposes, trouble } = worker.of(SENDING);
      const { store, now } = worker.base;
      const graph = worker.of(MESSAGE_GRAPH);
      return {
        run: (job) => untilGivenUp(job, now(), () => noteReport(store, graph, purposes, job.data)),
        onFailed: (error) => trouble('alerts: a job failed and will be tried again', error),
      };
    }),
  ],
  runs: [sendMessages],
};
