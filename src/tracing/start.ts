import { RESULTS, allProfiles, profilesInUse, reactToResults, type CaseToTrace } from '../cases/index.js';
import type { EventSet } from '../kernel/event.js';
import type { Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { AsideNotes } from '../event-log/aside-notes.js';
import { WrongRevision } from '../event-log/event-store.js';
import { OPEN_CASES, TOUCHED_CASES } from '../event-log/reader-names.js';
import { reactAcrossOutages } from '../event-log/react-across-outages.js';
import { CheckpointsLost } from '../event-log/checkpoints-lost.js';
import { type Checkpoints } from '../event-log/reactor.js';
import type { Queues } from '../work/queues.js';
import { outageLogger } from '../platform/outages.js';
import { graphPast, GraphRebuilt } from '../contact-graph/graph-past.js';
import { TOUCHING, TouchedCases } from './touched.js';
import { GraphBehind, traceCase, type TraceDependencies, type TraceJob } from './worker.js';

export const TRACE_QUEUE = 'trace';

/** The log readers of tracing, by the names of their checkpoints. */
export const TRACE_READERS: readonly { name: string; events: EventSet }[] = [
  { name: OPEN_CASES, events: RESULTS },
  { name: TOUCHED_CASES, events: TOUCHING },
];

/**
 * Milliseconds for which events that touch cases are gathered, so that each case is traced again only once, and not
 * while a new case, which may touch many, is traced and its closest contacts are alerted.
 */
const GATHERED = 1_500;
/** Priority of repeated traces, below that of new cases. */
const AGAIN = 1;
const SWEEP_EVERY = 30_000;
const CONCURRENCY = 2;

export interface TracingOptions extends TraceDependencies {
  queues: Queues;
  checkpoints: Checkpoints;
  /** Records events that the log readers skipped. */
  aside: AsideNotes;
  /** Authority whose disease profiles apply where the program has several. */
  authority: string;
  /** Time zone in which days are counted. */
  zone: string;
  logger: Logger;
  /** Called after every trace: what it found, and how long it took in milliseconds. */
  onTrace?: (trace: { changed: boolean; counts: number[]; milliseconds: number }) => void;
}

export interface Tracing {
  /** Call when the log was replaced: discards what was kept in memory of the old one. */
  forget(): void;
  close(): Promise<void>;
}

/** Opens cases, traces them, and traces them again when something touches them, until it is closed. */
export function startTracing(options: TracingOptions): Tracing {
  const { store, graph, queues, checkpoints, aside, authority, zone, logger, onTrace } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const queue = queues.queue<TraceJob>(TRACE_QUEUE);
  const trouble = outageLogger(logger, (error) => error instanceof GraphRebuilt || error instanceof CheckpointsLost);
  const onError = (error: unknown) => trouble('tracing met an error and tries again', error);

  const ask = async (cases: readonly CaseToTrace[], priority?: number) => {
    if (cases.length === 0) return;
    await queue.addBulk(
      cases.map(({ caseId, position: { commit, prepare } }) => ({
        name: 'trace',
        data: { caseId, commit: commit.toString(), prepare: prepare.toString() },
        opts: { jobId: `trace-${caseId}-${commit}`, ...(priority !== undefined && { priority }) },
      })),
    );
  };

  const onAside = (line: string) => logger.error(`${line}: see npx truyvet projections status`);
  /** Checks that every service answers that both readers need before they read an event. */
  const answers = async () => {
    await Promise.all([
      store.isBehind(undefined, RESULTS.types),
      graph.position(),
      queues.redis.ping(),
      profilesInUse(store, authority),
    ]);
  };
  const reading = { redis: queues.redis, store, checkpoints, aside, answers, signal, onError, onAside };

  const openCases = reactAcrossOutages({
    ...reading,
    name: OPEN_CASES,
    events: RESULTS,
    handle: (batch) => reactToResults(batch, { store, graph, authority, zone, ask: (cases) => ask(cases), signal }),
  });

  const touched = new TouchedCases(
    graph,
    (position) => graphPast(graph, position, signal),
    async () => Math.max(...(await allProfiles(store)).map(({ lingeringMinutes }) => lingeringMinutes * 60)),
  );
  const touchedCases = reactAcrossOutages({
    ...reading,
    name: TOUCHED_CASES,
    events: TOUCHING,
    maxEvents: 10_000,
    maxWait: GATHERED,
    handle: async (batch, late) => ask(await touched.after(batch, late), AGAIN),
  });

  const worker: Worker<TraceJob, void> = queues.worker<TraceJob>(
    TRACE_QUEUE,
    async (job) => {
      const began = performance.now();
      const outcome = await traceCase(job.data, { store, graph, reading: options.reading, signal });
      const milliseconds = Math.round(performance.now() - began);
      onTrace?.({ ...outcome, milliseconds });
      logger.info({ caseId: job.data.caseId, ...outcome, milliseconds }, 'traced');
    },
    { concurrency: CONCURRENCY },
  );
  worker.on('failed', (job, error) => {
    const caseId = job?.data.caseId;
    if (isExpected(error)) logger.info({ caseId }, `trace put off: ${error.message}`);
    else trouble(`trace of case ${caseId} put off`, error);
  });

  // Redis may have lost the latest jobs. The graph knows which cases are due, and queueing one twice is harmless.
  const sweep = async () => {
    const due = await graph.casesDue();
    await queue.addBulk(
      due.map((caseId) => ({ name: 'trace', data: { caseId }, opts: { jobId: `trace-${caseId}-due` } })),
    );
  };
  const sweepNow = () => void sweep().catch(onError);
  sweepNow();
  queues.redis.on('ready', sweepNow);
  const sweeping = setInterval(sweepNow, SWEEP_EVERY);

  return {
    forget: () => touched.forget(),
    close: async () => {
      clearInterval(sweeping);
      queues.redis.off('ready', sweepNow);
      stopping.abort();
      await Promise.all([openCases, touchedCases, worker.close()]);
    },
  };
}

/** Whether it is normal operation: two workers traced one case, or the graph is still behind. */
function isExpected(error: Error): boolean {
  return error instanceof WrongRevision || error instanceof GraphBehind || error.name === 'OutOfStep';
}
