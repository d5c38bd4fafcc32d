import type { WithContext } from '../cli/flags.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { contextsOf } from './contexts-of.js';
import { openForPeople } from './for-people.js';
import { openRuntime } from './runtime.js';
import { requireSameLog } from './same-log.js';

/** Opens what a request of the command line needs: the log and, where it says so, the graph that is made of it. */
export const withContext: WithContext = async (request, use) => {
  const config = readConfig();
  const needsGraph = request.needs.includes('graph');
  const runtime = await openRuntime(config, createLogger(config, request.name), needsGraph ? ['neo4j'] : []);
  const graph = needsGraph ? openForPeople(runtime) : undefined;
  try {
    if (graph) await requireSameLog(runtime, graph.driver);
    await use(contextsOf(runtime, graph?.driver).for({ source: 'cli' }), config.zone);
  } finally {
    await graph?.close();
    await runtime.close();
  }
};
