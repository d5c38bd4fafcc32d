import { readProviders } from '../alert/providers/settings.js';
import type { Graph } from '../graph/index.js';
import type { OperationTools } from '../operations/overview.js';
import type { Queues } from '../platform/queues.js';
import { TRACE_QUEUE } from '../trace/index.js';
import { aliveKey } from './parts.js';
import type { Runtime } from './runtime.js';

/** With what operators see and steer the alerting of an installation. */
export function operationTools({ store, config }: Runtime, queues: Queues, graph: Graph): OperationTools {
  const { operators, queries } = graph;
  const settings = readProviders(config.providers);
  return {
    store,
    queues,
    graph: {
      providerCounts: () => operators.providerCounts(),
      failedNow: () => operators.failedNow(),
      failedAlerts: (filter) => operators.failedAlerts(filter),
      operatorCommands: (limit) => operators.operatorCommands(limit),
      heldCases: (limit) => queries.heldCases(limit),
    },
    providers: settings.map(({ name }) => name),
    files: settings.filter(({ type }) => type === 'outbox').map(({ name }) => name),
    traceQueue: TRACE_QUEUE,
    workerKey: aliveKey(queues, 'worker'),
    now: config.now,
    clock: config.clock ?? null,
  };
}
