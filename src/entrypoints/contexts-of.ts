import type { Driver } from 'neo4j-driver';
import type { Config } from '../platform/config.js';
import { Contexts, type Base } from '../requests/context.js';

/** With what rows and requests are handled in a process. @param driver of the graph, where any of them needs it. */
export function contextsOf(
  { store, master, sealing, config }: Pick<Base, 'store' | 'master' | 'sealing'> & { config: Pick<Config, 'zone'> },
  driver?: Driver,
): Contexts {
  return new Contexts({ store, master, sealing, zone: config.zone, ...(driver && { driver }) });
}
