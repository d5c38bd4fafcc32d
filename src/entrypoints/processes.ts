import type { Logger } from 'pino';
import { Counter, Gauge, type Registry } from 'prom-client';
import { AnswerLinks } from '../health-form/links.js';
import { Purposes } from '../delivery/index.js';
import { openRoutes } from '../delivery/open-routes.js';
import { PROGRAM_PURPOSES, PROVIDERS } from '../delivery/sending.js';
import { ANSWER_LINK } from '../alerting/work.js';
import { derivedGraph } from '../contact-graph/graph-mark.js';
import { openGraph } from '../contact-graph/index.js';
import { runProjector } from '../contact-graph/run-projector.js';
import { checkAuthority } from '../cases/profiles.js';
import { Sealing } from '../event-log/sealing.js';
import { RedisAsideNotes } from '../event-log/aside-notes.js';
import { RedisCheckpoints } from '../event-log/redis-checkpoints.js';
import { derivedQueues } from '../event-log/redis-log-mark.js';
import { keepHeapSmall } from '../platform/heap.js';
import { startHeartbeat } from '../platform/heartbeat.js';
import type { Running } from '../work/define-work.js';
import type { Queues } from '../work/queues.js';
import { opened, Worker } from '../work/worker.js';
import { programWork } from './work-of.js';
import { GRACE, within } from '../platform/stopping.js';
import { outageLogger } from '../platform/outages.js';
import { boot } from './boot.js';
import { graphTypes } from './graph-types.js';
import { derivedMemory, guard } from './guarding.js';
import { aliveKey, openQueues } from '../work/open-queues.js';
import type { Runtime } from './runtime.js';

/** A part of the installation that runs until it is closed. */
export interface RunningProcess {
  close(): Promise<void>;
}

/** Milliseconds for which a rehearsal is waited for at most. */
const REHEARSES = 20_000;

/** A worker does its work from the start. */
export interface RunningWorker extends RunningProcess {
  /** Resolves, after `REHEARSES` at most, when the first case will be as fast as later ones. */
  rehearsed: Promise<void>;
}

/** Background processes wait as long for a graph that is being prepared as for one that does not answer, and log it. */
const patiently = (logger: Logger) => ({ patience: 60_000, say: (line: string) => logger.warn(line) });

/** Starts the process that keeps the contact graph up to date with the log. */
export async function startProjector(runtime: Runtime, registry: Registry): Promise<RunningProcess> {
  keepHeapSmall();
  const { visits, facts } = await graphTypes(runtime.config.zone);
  const { store, storeId, logger } = runtime;
  const events = new Counter({
    name: 'truyvet_projected_events_total',
    help: 'Events written to the contact graph',
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

/** Notes of the events that readers of the log set aside. */
function asideNotes(queues: Queues): RedisAsideNotes {
  return new RedisAsideNotes(queues.redis, (name) => queues.key(name));
}

/**
 * Rehearses a case, so that the first real one does not wait while Neo4j plans its queries and Node compiles the code.
 * Real work that is there already goes on meanwhile.
 */
async function rehearseCase(runtime: Runtime, signal: AbortSignal): Promise<void> {
  const { store, master, config, logger } = runtime;
  // A graph that is not ready yet has nothing to rehearse on.
  const graph = openGraph(runtime, { patience: 0 });
  const leave = () => void graph.close();
  signal.addEventListener('abort', leave, { once: true });
  const began = performance.now();
  try {
    const { rehearseOn } = await import('../investigation/rehearse.js');
    // With keys of its own: those of people whom nothing concerns are not kept.
    const found = await rehearseOn(graph.driver, { store, sealing: new Sealing(store, master), config, signal });
    logger.debug({ found, milliseconds: Math.round(performance.now() - began) }, 'rehearsed a case');
  } catch (error) {
    // What does not work here will be reported by what needs it.
    logger.debug({ err: error as Error }, 'no case was rehearsed');
  } finally {
    signal.removeEventListener('abort', leave);
    await graph.close();
  }
}

/** Starts the background work of all modules. @throws UserError when the authority has no profiles. */
export async function startWorker(runtime: Runtime, registry: Registry): Promise<RunningWorker> {
  const { store, sealing, config, logger, clock } = runtime;
  await checkAuthority(store, config.authority);
  const { purposes } = await boot();
  const { jobs, handlers, reactions, runs } = await programWork();
  // This is the last step that can fail, and comes before anything is opened that would have to be closed.
  const routes = openRoutes(config, process.env);
  const graph = openGraph(runtime, patiently(logger));
  const queues = openQueues(runtime);
  const trouble = outageLogger(logger);
  const beating = startHeartbeat(queues.redis, aliveKey(queues, 'worker'), (error) => trouble('Redis', error));
  const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
  const links = config.publicUrl === undefined ? undefined : new AnswerLinks(runtime.master, config.publicUrl);
  const worker = new Worker(
    {
      ...{ store, sealing, config, logger, registry, queues, checkpoints, now: config.now },
      ...{ aside: asideNotes(queues), driver: graph.driver, graph, mayGo: () => clock.require() },
    },
    [
      opened(PROVIDERS, routes),
      opened(PROGRAM_PURPOSES, new Purposes(purposes)),
      opened(ANSWER_LINK, links && ((alertId) => links.answerLink(alertId))),
    ],
  );
  const running: Running[] = [];
  const inMemory = derivedMemory(runtime, () => {
    for (const { forget } of running) forget?.();
  });
  const made = jobs.filter(({ fromLog }) => fromLog).map(({ name }) => name);
  const readers = reactions.map(({ reader }) => reader);
  const forget = () => queues.forget(made);
  const derived = [inMemory, derivedQueues(queues.redis, (name) => queues.key(name), readers, forget)];
  const guarding = guard(runtime, derived, worker.signal);
  for (const each of [...reactions, ...handlers]) running.push(each.start(worker));
  for (const run of runs) running.push(run(worker));
  return {
    rehearsed: within(REHEARSES, rehearseCase(runtime, worker.signal)),
    close: async () => {
      beating.stop();
      worker.stop();
      await Promise.all([...running.map((each) => each.close()), within(GRACE, guarding)]);
      await queues.close();
      // A gateway may take a minute to answer. What it did not answer, it is asked or given again.
      await within(GRACE, Promise.all(routes.map(({ provider }) => provider.close())));
      await graph.close();
    },
  };
}
