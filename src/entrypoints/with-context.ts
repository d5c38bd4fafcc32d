import type { WithContext } from '../cli/flags.js';
import type { Graph } from '../contact-graph/index.js';
import { NOBODY_GETS_THEM, reachesPeople } from '../delivery/reaches-people.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { requireServices } from '../platform/services.js';
import { contextsOf } from './contexts.js';
import { openForPeople } from './for-people.js';
import { openRuntime } from './runtime.js';
import { requireSameLog } from './same-log.js';

/** Opens what a request of the command line needs: the log and, where it says so, the graph that is made of it. */
export const withContext: WithContext = async (request, use) => {
  const config = readConfig();
  const needsGraph = request.needs.includes('graph');
  const runtime = await openRuntime(config, createLogger(config, request.name), needsGraph ? ['neo4j'] : []);
  let graph: Graph | undefined;
  const open = () => {
    graph = openForPeople(runtime);
    return requireSameLog(runtime, graph.driver);
  };
  try {
    if (needsGraph) await open();
    const requireGraph = async () => {
      if (graph) return;
      await requireServices(runtime.urls, ['neo4j']);
      await open();
    };
    const contexts = contextsOf(runtime, () => graph?.driver, requireGraph);
    const nobodyGetsThem = () => (reachesPeople(config) ? undefined : NOBODY_GETS_THEM);
    await use(contexts.for({ source: 'cli' }), { zone: config.zone, nobodyGetsThem });
  } finally {
    await graph?.close();
    await runtime.close();
  }
};
