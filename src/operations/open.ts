import { Neo4jAlerts } from '../alerting/index.js';
import { knownOperatorOrders } from '../delivery/index.js';
import { TRACE_QUEUE } from '../tracing/index.js';
import { readProviders } from '@truyvet/message-gateway';
import type { Driver } from 'neo4j-driver';
import { Neo4jSamples } from '../samples/index.js';
import { defineDependency, given as open } from '../requests/context.js';
import type { OperationTools } from './overview.js';
import type { GraphShown } from './overview-answer.js';
import type { Queues } from '../work/queues.js';
import { GraphNotReady } from '../contact-graph/gate.js';
import { readSetAside } from '../contact-graph/set-aside.js';
import { requireWhole } from '../contact-graph/standing.js';
import type { AsideNote } from '../event-log/aside-notes.js';
import type { EventStore } from '../event-log/event-store.js';
import { Neo4jOperators } from './operator-queries.js';
import { withAccepted } from './accepting.js';
import { aliveKey } from '../work/open-queues.js';
import { leftOutByReaders } from '../work/readers-aside.js';

/** The tools with which operators see and control the alerting of an installation. */
export const operationTools = defineDependency('operation tools', (base): OperationTools => {
  const { store } = base;
  const [driver, queues, config] = [open(base, 'driver'), open(base, 'queues'), open(base, 'config')];
  const operators = new Neo4jOperators(driver);
  const alerts = new Neo4jAlerts(driver, true);
  const samples = new Neo4jSamples(driver, true);
  const settings = readProviders(config.providers);
  return {
    store,
    operations: knownOperatorOrders(store),
    queues,
    graph: {
      providerCounts: () => operators.providerCounts(),
      failedNow: () => operators.failedNow(),
      failedAlerts: (filter) => operators.failedAlerts(filter),
      operatorCommands: (limit) => operators.operatorCommands(limit),
      heldCases: (limit) => alerts.heldCases(limit),
      heldResults: (limit) => samples.heldResults(limit),
    },
    contactGraph: () => graphShown(driver, queues, store),
    setAside: () => setAsideNow(driver, queues),
    providers: settings.map(({ name }) => name),
    files: settings.filter(({ type }) => type === 'outbox').map(({ name }) => name),
    traceQueue: TRACE_QUEUE,
    workerKey: aliveKey(queues, 'worker'),
    now: config.now,
    zone: config.zone,
    clock: config.clock ?? null,
    clockGuard: open(base, 'clock'),
  };
});

/** The events that the graph or a reader of the log set aside. */
export async function setAsideNow(driver: Driver, queues: Queues): Promise<AsideNote[]> {
  return [...(await readSetAside(driver)), ...(await leftOutByReaders(queues))];
}

const SHOWN = 20;

async function graphShown(driver: Driver, queues: Queues, store: EventStore): Promise<GraphShown> {
  const readers = (await leftOutByReaders(queues)).map((note) => ({ ...note, by: note.reader }));
  try {
    // The figures say themselves which projections they lack.
    await requireWhole(driver, []);
  } catch (error) {
    if (error instanceof GraphNotReady) return { problem: error.message, ...(await asideShown(store, readers)) };
    throw error;
  }
  const ofGraph = (await readSetAside(driver)).map((record) => ({ ...record, by: 'graph' }));
  return { problem: null, ...(await asideShown(store, [...ofGraph, ...readers])) };
}

/** The events that are set aside, for operators; those that nobody has accepted come first. */
export async function asideShown(
  store: EventStore,
  all: readonly (Pick<AsideNote, 'id' | 'type' | 'commit' | 'reason' | 'tries'> & { by: string })[],
): Promise<Pick<GraphShown, 'set_aside_events' | 'set_aside'>> {
  const shown = (await withAccepted(store, all)).map(({ id, type, commit, reason, tries, by, accepted }) => ({
    ...{ id, type, position: commit, reason, tries, by, accepted },
  }));
  shown.sort((a, b) => Number(a.accepted !== null) - Number(b.accepted !== null));
  return { set_aside_events: all.length, set_aside: shown.slice(0, SHOWN) };
}
