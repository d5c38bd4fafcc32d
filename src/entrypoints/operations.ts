import { readProviders } from '../alert/providers/settings.js';
import type { Graph } from '../graph/index.js';
import type { GraphShown, OperationTools } from '../operations/overview.js';
import type { Queues } from '../platform/queues.js';
import { TRACE_QUEUE } from '../trace/index.js';
import { GraphNotReady } from '../graph/gate.js';
import { readSetAside } from '../graph/set-aside.js';
import { requireWhole } from '../graph/standing.js';
import { aliveKey } from './parts.js';
import type { Runtime } from './runtime.js';

/** With what operators see and steer the alerting of an installation. */
export function operationTools({ store, config, clock }: Runtime, queues: Queues, graph: Graph): OperationTools {
  const { operators, people } = graph;
  const settings = readProviders(config.providers);
  return {
    store,
    queues,
    graph: {
      providerCounts: () => operators.providerCounts(),
      failedNow: () => operators.failedNow(),
      failedAlerts: (filter) => operators.failedAlerts(filter),
      operatorCommands: (limit) => operators.operatorCommands(limit),
      heldCases: (limit) => people.heldCases(limit),
      heldResults: (limit) => people.heldResults(limit),
    },
    contactGraph: () => graphShown(graph),
    providers: settings.map(({ name }) => name),
    files: settings.filter(({ type }) => type === 'outbox').map(({ name }) => name),
    traceQueue: TRACE_QUEUE,
    workerKey: aliveKey(queues, 'worker'),
    now: config.now,
    zone: config.zone,
    clock: config.clock ?? null,
    clockGuard: clock,
  };
}

const SHOWN = 20;

async function graphShown({ driver }: Graph): Promise<GraphShown> {
  try {
    await requireWhole(driver);
  } catch (error) {
    if (error instanceof GraphNotReady) return { problem: error.message, set_aside_events: 0, set_aside: [] };
    throw error;
  }
  const all = await readSetAside(driver);
  const first = all.slice(0, SHOWN);
  return {
    problem: null,
    set_aside_events: all.length,
    set_aside: first.map(({ type, commit, reason, tries }) => ({ type, position: commit, reason, tries })),
  };
}
