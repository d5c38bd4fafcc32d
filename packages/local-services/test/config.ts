import type { ServicesConfig } from '../src/config.js';

/** The configuration of a caller that gives no services by URL and uses no Docker. */
export function configOf(dataDir: string, more: Partial<ServicesConfig> = {}): ServicesConfig {
  const given = { eventStoreUrl: undefined, neo4jUrl: undefined, neo4jPassword: undefined, redisUrl: undefined };
  return {
    ...{ dataDir, ...given, neo4jUser: 'neo4j', docker: false },
    ...{ neo4jVersion: undefined, neo4jHeap: undefined, neo4jPagecache: undefined, neo4jMore: {} },
    startEventLog: () => {
      throw new Error('no event log is started here');
    },
    keepSecret: () => undefined,
    ...more,
  };
}
