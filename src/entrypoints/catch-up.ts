import { setTimeout as delay } from 'node:timers/promises';
import { ALERTS_READER, alertQueues } from '../alerting/jobs.js';
import { queueOf } from '../delivery/message-jobs.js';
import { knownOperatorOrders, type KnownOperatorOrders } from '../delivery/known-operator-orders.js';
import { readProviders } from '@truyvet/message-gateway';
import { UserError } from '../kernel/errors.js';
import { passedByAll, readGraphState, type GraphState } from '../contact-graph/checkpoints.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { Neo4jOperators } from '../operations/operator-queries.js';
import { openGraph, type Graph } from '../contact-graph/index.js';
import type { ProviderCounts } from '../operations/operator-ports.js';
import type { Position } from '../event-log/event-store.js';
import { RedisCheckpoints } from '../event-log/redis-checkpoints.js';
import type { Role } from '../platform/heartbeat.js';
import { TRACE_QUEUE } from '../tracing/jobs.js';
import { Neo4jTracing } from '../tracing/tracing-graph.js';
import { WorkProgress } from '../cli/work-progress.js';
import { graphTypes } from './graph-types.js';
import { aliveKey, openQueues } from '../work/open-queues.js';
import type { Runtime } from './runtime.js';
import { programWork } from './work-of.js';
import { requireServices } from '../platform/services.js';

/** Milliseconds between two checks, fewer at first: a long wait should not take CPU time from the work itself. */
const LOOK_EVERY = { first: 100, later: 400, after: 2_000 };
/** Milliseconds between two counts of the remaining work; counting costs more than checking whether there is any. */
const COUNT_EVERY = 1_000;
const SAY_EVERY = 5_000;
/** Milliseconds for which a projector or worker may be missing, since it may be starting or restarting. */
const MISSING_FOR = 30_000;

/**
 * Waits until the graph, the traces and the alerts have caught up with the log: every reader has passed the last event
 * that concerns it, no job is waiting or active, and nothing was appended meanwhile.
 * @throws UserError when no projector or no worker is running; the reason of `stop` when it is aborted.
 */
export async function waitUntilCaughtUp(
  runtime: Runtime,
  say: (line: string) => void,
  stop?: AbortSignal,
): Promise<void> {
  await requireServices(runtime.urls, ['neo4j', 'redis']);
  // Does not wait for the graph silently: a graph that is not ready is reported with everything else.
  const graph = openGraph(runtime, { patience: 0 });
  const queues = openQueues(runtime);
  const providers = readProviders(runtime.config.providers).map(({ name }) => name);
  const names = [TRACE_QUEUE, ...alertQueues(providers)];
  const ofProviders = new Set(providers.map(queueOf));
  const checkpoints = new RedisCheckpoints(queues.redis, (name) => queues.key(name));
  const work = new WorkProgress();
  const operations = knownOperatorOrders(runtime.store);
  let lookedAt = 0;
  let words: string[] = [];
  let held: { by: string; messages: number } | undefined;
  const { events: inGraph } = await graphTypes();
  const { reactions } = await programWork();
  const look = async (): Promise<Look> => {
    stop?.throwIfAborted();
    const behind: string[] = [];
    const stands: (Position | undefined)[] = [];
    const { position, progress } = await lookAtGraph(graph);
    stands.push(position);
    const graphBehind = progress !== undefined || (await runtime.store.isBehind(position, inGraph.types));
    const counting = Date.now() - lookedAt > COUNT_EVERY;
    if (graphBehind && progress === undefined && !counting) return { waitingFor: words, stands: '' };
    for (const { reader, events } of reactions) {
      const { position } = await checkpoints.load(reader);
      stands.push(position);
      if (await runtime.store.isBehind(position, events.types)) behind.push(reader);
    }
    const outstanding = await Promise.all(names.map((name) => queues.outstanding(name)));
    const paused = await pausedBy(operations, providers);
    held = undefined;
    if (paused) {
      // Waiting for paused messages would never end.
      names.forEach((name, i) => {
        if (!ofProviders.has(name)) return;
        held = { by: paused, messages: (held?.messages ?? 0) + (outstanding[i] ?? 0) };
        outstanding[i] = 0;
      });
    }
    const [traces = 0, ...messages] = outstanding;
    const queued = messages.reduce((sum, jobs) => sum + jobs, 0);
    const busy = graphBehind || behind.length > 0 || outstanding.some((jobs) => jobs > 0);
    if (progress !== undefined) words = [`the contact graph ${progress}`];
    else if (busy && counting) {
      lookedAt = Date.now();
      words = work.words({
        graphBehind,
        due: await new Neo4jTracing(graph.driver).casesDue(),
        tracing: traces > 0 || behind.some((name) => name !== ALERTS_READER),
        messages: queued,
        resting: Math.max(0, queued - (await sumOf(names.slice(1).map((name) => queues.due(name))))),
        settled: settledIn(await new Neo4jOperators(graph.driver).providerCounts()),
        preparing: behind.includes(ALERTS_READER),
      });
    }
    const waitingFor = busy ? words : [];
    return { waitingFor, stands: stands.map((each) => `${each?.commit}/${each?.prepare}`).join(' ') };
  };
  try {
    await untilQuiet({ look: () => look().catch(whereNotReady), missing: () => missingRoles(queues), say });
    if (held && held.messages > 0) {
      say(`Messages are paused ${held.by}, and wait. To resume: npx truyvet alerts resume --by NAME --reason TEXT`);
    }
  } finally {
    await queues.close();
    await graph.close();
  }
}

async function sumOf(counts: Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/** Who paused all messages, and why; undefined while some provider may send. */
async function pausedBy(operations: KnownOperatorOrders, providers: readonly string[]): Promise<string | undefined> {
  const { state } = await operations.load();
  const each = providers.map((name) => state.providers.get(name));
  const pause = state.all ?? (each.every(Boolean) ? each[0] : undefined);
  return pause && `by ${pause.by} ("${pause.reason}")`;
}

/** The position of the graph, and its progress in words while it is not ready; undefined when it is ready. */
async function lookAtGraph({ driver }: Graph): Promise<{ position: Position | undefined; progress?: string }> {
  try {
    const state = await readGraphState(driver);
    if (!state) return { position: undefined, progress: 'is empty' };
    const position = passedByAll(state.passed);
    const rebuilt = outdated(state);
    if (rebuilt.length > 0) return { position, progress: `rebuilds ${rebuilt.join(', ')}` };
    if (!state.filling) return { position };
    return { position, progress: `is being filled (up to position ${position?.commit ?? 0} of the log)` };
  } catch (error) {
    if (error instanceof GraphNotReady) return { position: undefined, progress: 'is being prepared' };
    throw error;
  }
}

/** A projection may be replaced between two queries of a look. */
function whereNotReady(error: unknown): Look {
  if (error instanceof GraphNotReady) return { waitingFor: ['the contact graph is being prepared'], stands: '' };
  throw error;
}

/** The projections whose rows are of another version, so that traces and alerts wait until they are rebuilt. */
function outdated({ instances }: Pick<GraphState, 'instances'>): string[] {
  const active = new Set(instances.flatMap(({ name, state }) => (state === 'active' ? [name] : [])));
  return [...new Set(instances.map(({ name }) => name))].filter((name) => !active.has(name));
}

interface Look {
  /** The remaining work, in words. */
  waitingFor: string[];
  /** The positions of all readers of the log. */
  stands: string;
}

/**
 * Checks until no work remains. The readers and the queues are checked one after the other, and a job that ends between
 * may append events that the readers have yet to process. Everything is therefore done only when a second check finds
 * the readers at the same positions as the first: then nothing was appended and no job began between the two.
 * @throws UserError when no process is running that would do the work.
 */
export async function untilQuiet({
  look,
  missing,
  say,
  missingFor = MISSING_FOR,
}: {
  look: () => Promise<Look>;
  missing: () => Promise<Role[]>;
  say: (line: string) => void;
  /** Milliseconds. */
  missingFor?: number;
}): Promise<void> {
  let quietAt: string | undefined;
  const began = Date.now();
  let saidAt = began;
  let presentAt = began;
  for (;;) {
    const { waitingFor, stands } = await look();
    if (waitingFor.length === 0) {
      if (quietAt === stands) return;
      quietAt = stands;
      continue;
    }
    quietAt = undefined;
    const roles = await missing();
    if (roles.length === 0) presentAt = Date.now();
    if (Date.now() - presentAt > missingFor) {
      throw new UserError(
        `No process is running that could catch up: no ${roles.join(' and no ')} is running.`,
        'Start everything with `npm start`, or only these with `npx truyvet projector` and `npx truyvet worker`.',
      );
    }
    if (Date.now() - saidAt > SAY_EVERY) {
      saidAt = Date.now();
      say(`Waiting: ${waitingFor.join(', ')}${roles.length > 0 ? ` (no ${roles.join(', no ')} running)` : ''}`);
    }
    await delay(Date.now() - began < LOOK_EVERY.after ? LOOK_EVERY.first : LOOK_EVERY.later);
  }
}

/** Number of messages whose fate is known. */
function settledIn(counts: readonly ProviderCounts[]): number {
  const failed = counts.flatMap((each) => Object.values(each.failed));
  return [...counts.flatMap(({ sent, takenBack }) => [sent, takenBack]), ...failed].reduce(
    (sum, each) => sum + each,
    0,
  );
}

async function missingRoles(queues: ReturnType<typeof openQueues>): Promise<Role[]> {
  const roles: Role[] = ['projector', 'worker'];
  const beats = await queues.redis.mget(roles.map((role) => aliveKey(queues, role)));
  return roles.filter((_, i) => beats[i] === null);
}
