import { Histogram } from 'prom-client';
import { Neo4jCases, RESULTS, allProfiles, profilesInUse, reactToResults, type CaseToTrace } from '../cases/index.js';
import { Neo4jSamples } from '../samples/index.js';
import { graphPast, GraphRebuilt } from '../contact-graph/graph-past.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import { CheckpointsLost } from '../event-log/checkpoints-lost.js';
import { WrongRevision } from '../event-log/event-store.js';
import { outageLogger } from '../platform/outages.js';
import { defineReaction, handlesJob, sweeping, type Running, type Work } from '../work/define-work.js';
import { workerDependency, type Worker } from '../work/worker.js';
import { TRACE_QUEUE } from './jobs.js';
import { TOUCHING, TouchedCases } from './touched.js';
import { Neo4jTracing } from './tracing-graph.js';
import { GraphBehind, traceCase, type TraceJob } from './worker.js';

/**
 * Milliseconds for which events that touch cases are gathered, so that each case is traced again only once, and not
 * while a new case, which may touch many others, is traced and its closest contacts are alerted.
 */
const GATHERED = 1_500;
/** Priority of repeated traces: new cases come first. */
const AGAIN = 1;
const TRACES_AT_ONCE = 2;
/** Size of a worker's cache of slots between traces, in bytes. */
const SLOT_CACHE = 512 * 2 ** 20;

/** What opening and tracing cases share in a worker. */
const TRACING = workerDependency('tracing', ({ base: { store, graph, driver, queues, logger, config } }) => {
  const queue = queues.queue<TraceJob>(TRACE_QUEUE);
  const trouble = outageLogger(logger, (error) => error instanceof GraphRebuilt || error instanceof CheckpointsLost);
  return {
    trouble,
    onError: (error: unknown) => trouble('tracing failed and will be retried', error),
    async ask(cases: readonly CaseToTrace[], priority?: number) {
      if (cases.length === 0) return;
      await queue.addBulk(
        cases.map(({ caseId, position: { commit, prepare } }) => ({
          name: 'trace',
          data: { caseId, commit: commit.toString(), prepare: prepare.toString() },
          opts: { jobId: `trace-${caseId}-${commit}`, ...(priority !== undefined && { priority }) },
        })),
      );
    },
    /** Redis may have lost jobs: the graph knows which traces are still due, and queueing one twice is harmless. */
    async askForDue() {
      const due = await new Neo4jTracing(driver).casesDue();
      await queue.addBulk(
        due.map((caseId) => ({ name: 'trace', data: { caseId }, opts: { jobId: `trace-${caseId}-due` } })),
      );
    },
    /** Checks that the services answer that both readers need to process an event. */
    async answers() {
      await Promise.all([
        store.isBehind(undefined, RESULTS.types),
        graph.position(),
        queues.redis.ping(),
        profilesInUse(store, config.authority),
      ]);
    },
  };
});

const openCases = defineReaction('open-cases', RESULTS, (worker) => {
  const { store, graph, driver, config } = worker.base;
  const { authority, zone } = config;
  const queries = { samples: new Neo4jSamples(driver), cases: new Neo4jCases(driver) };
  const { ask, answers, onError } = worker.of(TRACING);
  const { signal } = worker;
  return {
    handle: (batch) =>
      reactToResults(batch, { ...queries, store, graph, authority, zone, ask: (cases) => ask(cases), signal }),
    answers,
    onError,
  };
});

const touchedCases = defineReaction('touched-cases', TOUCHING, (worker) => {
  const { store, graph, driver } = worker.base;
  const { ask, answers, onError } = worker.of(TRACING);
  const touched = new TouchedCases(
    new Neo4jTracing(driver),
    graph,
    (position) => graphPast(graph, position, worker.signal),
    async () => Math.max(...(await allProfiles(store)).map(({ lingeringMinutes }) => lingeringMinutes * 60)),
  );
  return {
    maxEvents: 10_000,
    maxWait: GATHERED,
    handle: async (batch, late) => ask(await touched.after(batch, late), AGAIN),
    answers,
    onError,
    forget: () => touched.forget(),
  };
});

const trace = handlesJob<TraceJob>(TRACE_QUEUE, (worker) => {
  const { store, graph, driver, logger, registry } = worker.base;
  const { trouble } = worker.of(TRACING);
  const { signal } = worker;
  const cache = new TraceCache(SLOT_CACHE);
  const traces = new Histogram({
    name: 'truyvet_trace_seconds',
    help: 'Duration of a trace, including the wait for the graph',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  return {
    async run({ data }) {
      const began = performance.now();
      const outcome = await traceCase(data, {
        ...{ store, graph, signal },
        reading: (run, past) => withTraceGraph(driver, cache, run, past),
      });
      const milliseconds = Math.round(performance.now() - began);
      traces.observe(milliseconds / 1000);
      logger.info({ caseId: data.caseId, ...outcome, milliseconds }, 'traced');
    },
    atOnce: TRACES_AT_ONCE,
    onFailed(error, job) {
      const caseId = job?.caseId;
      if (isExpected(error)) logger.info({ caseId }, `trace postponed: ${error.message}`);
      else trouble(`trace of case ${caseId} postponed`, error);
    },
  };
});

function sweepCases(worker: Worker): Running {
  const { askForDue, onError } = worker.of(TRACING);
  return sweeping(worker, askForDue, onError);
}

/** Whether two workers traced the same case, or the graph is behind: both happen in normal operation. */
function isExpected(error: Error): boolean {
  return error instanceof WrongRevision || error instanceof GraphBehind || error.name === 'OutOfStep';
}

/** Opens cases, traces them, and traces them again when something touches them. */
export const WORK: Work = {
  jobs: [{ name: TRACE_QUEUE, fromLog: true }],
  handlers: [trace],
  reactions: [openCases, touchedCases],
  runs: [sweepCases],
};
