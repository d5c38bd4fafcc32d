import type { Logger } from 'pino';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { AnswerLinks } from '../health-form/links.js';
import { Purposes } from '../delivery/index.js';
import { openRoutes } from '../delivery/open-routes.js';
import { PLAN_QUEUE, SEND_QUEUE } from '../alerting/jobs.js';
import { startAlerting } from '../alerting/start.js';
import { derivedGraph } from '../contact-graph/graph-mark.js';
import { openGraph } from '../contact-graph/index.js';
import { runProjector } from '../contact-graph/run-projector.js';
import { TraceCache, withTraceGraph } from '../contact-graph/trace-graph.js';
import { checkAuthority } from '../cases/profiles.js';
import { RedisAsideNotes } from '../event-log/aside-notes.js';
import { RedisCheckpoints } from '../event-log/redis-checkpoints.js';
import { READER_NAMES } from '../event-log/reader-names.js';
import { derivedQueues } from '../event-log/redis-log-mark.js';
import { startHeartbeat } from '../platform/heartbeat.js';
import type { Queues } from '../work/queues.js';
import { GRACE, within } from '../platform/stopping.js';
import { outageLogger } from '../platform/outages.js';
import { Neo4jReminders } from '../reminders/reminder-queries.js';
import { boot } from './boot.js';
import { startTracing, TRACE_QUEUE } from '../tracing/start.js';
import { graphTypes } from './graph-types.js';
import { derivedMemory, guard } from './guarding.js';
import { aliveKey, openQueues } from '../work/open-queues.js';
import type { Runtime } from './runtime.js';

/** A part of the installation that runs until it is closed. */
export interface RunningProcess {
  close(): Promise<void>;
}

/** Bytes that a worker keeps of slots between traces. */
const SLOT_CACHE = 512 * 2 ** 20;

/** What works by itself waits for a graph that is being prepared as long as for one that is away, and says so. */
const patiently = (logger: Logger) => ({ patience: 60_000, say: (line: string) => logger.warn(line) });

/** Keeps the contact graph up with the log. */
export async function startProjector(runtime: Runtime, registry: Registry): Promise<RunningProcess> {
  const { visits, facts } = await graphTypes(runtime.config.zone);
  const { store, storeId, logger } = runtime;
  const events = new Counter({
    name: 'truyvet_projected_events_total',
    help: 'Events brought into the contact graph',
    registers: [registry],
  });
  const position = new Gauge({
    name: 'truyvet_projected_position',
    help: 'Commit position of the log that the contact graph has passed',
    registers: [registry],
  });
  const graph = openGraph(runtime, patiently(logger));
  const queues = openQueues(runtime);
  const trouble = outageLogger(logger);
  const beating = startHeartbeat(queues.redis, aliveKey(queues, 'projector'), (error) => trouble('Redis', error));
  const stopping = new AbortController();
  const guarding = guard(runtime, [derivedGraph(graph.driver, runtime.config.now)], stopping.signal);
  const running = runProjector({
    driver: graph.driver,
    store,
    storeId,
    visits,
    facts,
    logger,
    signal: stopping.signal,
    onBatch: (count, passed) => {
      events.inc(count);
      position.set(Number(passed.commit));
    },
  });
  return {
    close: async () => {
      beating.stop();
      stopping.abort();
      await running;
      await within(GRACE, guarding);
      await queues.close();
      await graph.close();
    },
  };
}

/** What the readers of the log left out. */
function asideNotes(queues: Queues): RedisAsideNotes {
  return new RedisAsideNotes(queues.redis, (name) => queues.key(name));
}

/** Opens cases, traces them and alerts their contacts. @throws UserError when there are no rules of the authority. */
export async function startWorker(runtime: Runtime, registry: Registry): Promise<RunningProcess> {
  const { store, sealing, config, logger } = runtime;
  await checkAuthority(store, config.authority);
  const { purposes } = await boot();
  // The last thing that can fail comes before anything is opened that would have to be closed.
  const routes = openRoutes(config, process.env);
  const traces = new Histogram({
    name: 'truyvet_trace_seconds',
    help: 'How long a trace took, waiting for the graph included',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const graph = openGraph(runtime, patiently(logger));
  const queues = openQueues(runtime);
  const trouble = outageLogger(logger);
  const beating = startHeartbeat(queues.redis, aliveKey(queues, 'worker'), (error) => trouble('Redis', error));
  const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
  const aside = asideNotes(queues);
  const links = config.publicUrl === undefined ? undefined : new AnswerLinks(runtime.master, config.publicUrl);
  const cache = new TraceCache(SLOT_CACHE);
  const stopping = new AbortController();
  const inMemory = derivedMemory(runtime, () => {
    tracing.forget();
    alerting.forget();
  });
  const forget = () => queues.forget([TRACE_QUEUE, PLAN_QUEUE, SEND_QUEUE]);
  const derived = [inMemory, derivedQueues(queues.redis, (name) => queues.key(name), READER_NAMES, forget)];
  const guarding = guard(runtime, derived, stopping.signal);
  const tracing = startTracing({
    store,
    graph: graph.queries,
    reading: (run, past) => withTraceGraph(graph.driver, cache, run, past),
    queues,
    checkpoints,
    aside,
    authority: config.authority,
    zone: config.zone,
    logger,
    onTrace: ({ milliseconds }) => traces.observe(milliseconds / 1000),
  });
  const alerting = startAlerting({
    store,
    purposes: new Purposes(purposes),
    queues,
    sealing,
    graph: graph.queries,
    reminders: new Neo4jReminders(graph.driver),
    checkpoints,
    aside,
    routes,
    answerLink: links && ((alertId) => links.answerLink(alertId)),
    config,
    logger,
    registry,
    now: config.now,
    mayGo: () => runtime.clock.require(),
  });
  return {
    close: async () => {
      beating.stop();
      stopping.abort();
      await Promise.all([tracing.close(), alerting.close(), within(GRACE, guarding)]);
      await queues.close();
      await Promise.all(routes.map(({ provider }) => provider.close()));
      await graph.close();
    },
  };
}
