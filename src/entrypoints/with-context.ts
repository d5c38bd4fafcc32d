import type { WithContext } from '../cli/flags.js';
import { openGraph, type Graph } from '../contact-graph/index.js';
import { LOCAL_USER } from '../kernel/actor.js';
import { NOBODY_GETS_THEM } from '../delivery/outbox-notice.js';
import { reachesPeople } from '../delivery/reaches-people.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { requireServices } from '../platform/services.js';
import { openQueues } from '../work/open-queues.js';
import { contextsOf, settingsOnly } from './contexts.js';
import { FOR_PEOPLE, openForPeople } from './for-people.js';
import { openRuntime } from './runtime.js';
import { requireSameLog } from './same-log.js';

/** Opens what a request of the command line needs: the log, unless it says otherwise, the graph and the queues. */
export const withContext: WithContext = async ({ name, needs }, use) => {
  const config = readConfig();
  const nobodyGetsThem = () => (reachesPeople(config) ? undefined : NOBODY_GETS_THEM);
  const output = { zone: config.zone, nobodyGetsThem };
  if (needs.includes('settings-only'))
    return use(settingsOnly(config).for({ source: 'cli', actor: LOCAL_USER }), output);
  const services = [
    ...(needs.includes('graph') || needs.includes('any-graph') ? (['neo4j'] as const) : []),
    ...(needs.includes('queues') ? (['redis'] as const) : []),
  ];
  const runtime = await openRuntime(config, createLogger(config, name), services);
  const queues = needs.includes('queues') ? openQueues(runtime) : undefined;
  let graph: Graph | undefined;
  const open = () => {
    graph = openForPeople(runtime);
    return requireSameLog(runtime, graph.driver);
  };
  try {
    if (needs.includes('any-graph')) graph = openGraph(runtime, FOR_PEOPLE);
    else if (needs.includes('graph')) await open();
    const requireGraph = async () => {
      if (graph) return;
      await requireServices(runtime.urls, ['neo4j']);
      await open();
    };
    const contexts = contextsOf(runtime, { driver: () => graph?.driver, queues, requireGraph });
    await use(contexts.for({ source: 'cli', actor: LOCAL_USER }), output);
  } finally {
    await queues?.close();
    await graph?.close();
    await runtime.close();
  }
};
