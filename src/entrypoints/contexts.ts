import type { Driver } from 'neo4j-driver';
import { Contexts } from '../requests/context.js';
import { GRAPH_EVENTS } from './graph-types.js';
import type { Runtime } from './runtime.js';

/**
 * With what requests of an installation are handled.
 * @param driverOf the contact graph, once it is opened.
 * @param requireGraph opens it, where it is not open from the beginning.
 */
export function contextsOf(
  { store, sealing, master, config }: Pick<Runtime, 'store' | 'sealing' | 'master' | 'config'>,
  driverOf: () => Driver | undefined,
  requireGraph: () => Promise<void> = () => Promise.resolve(),
): Contexts {
  const { zone, now, authority } = config;
  return new Contexts({
    ...{ store, sealing, master, zone, now, authority, requireGraph, graphEvents: GRAPH_EVENTS.types },
    get driver() {
      return driverOf();
    },
  });
}
