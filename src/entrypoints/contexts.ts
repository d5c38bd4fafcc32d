import type { Driver } from 'neo4j-driver';
import { Contexts, type Base } from '../requests/context.js';
import type { Queues } from '../work/queues.js';
import { boot, rowsNamed } from './boot.js';
import { graphTypes } from './graph-types.js';
import type { Config } from '../platform/config.js';
import { openMasterKey, type MasterKey } from '../event-log/master-key.js';
import type { Runtime } from './runtime.js';

interface Opened {
  /** The contact graph, when it is open. */
  driver?(): Driver | undefined;
  queues?: Queues | undefined;
  /** Opens the graph if it is not open yet. */
  requireGraph?(): Promise<void>;
}

const messageSamples = async (config: Config) =>
  (await import('../delivery/providers.js')).samplesOf((await boot()).purposes, config);

/** The contexts of requests that are answered from the settings alone. */
export function settingsOnly(config: Config): Contexts {
  const { zone, now, authority } = config;
  let master: MasterKey | undefined;
  const base: Base = {
    ...{ config, zone, now, authority, messageSamples },
    // Opening it makes the key of a new installation, which a look at the services must not do.
    get master() {
      return (master ??= openMasterKey(config));
    },
    get store(): never {
      throw new Error('a request used the log without declaring that it needs it');
    },
    get sealing(): never {
      throw new Error('a request used the keys of the log without declaring that it needs them');
    },
  };
  return new Contexts(base);
}

/** The contexts in which requests of an installation are handled and its rows are stored. */
export function contextsOf(
  runtime: Pick<Runtime, 'store' | 'master' | 'sealing' | 'config'> & Partial<Pick<Runtime, 'clock' | 'marked'>>,
  { driver, queues, requireGraph = () => Promise.resolve() }: Opened = {},
): Contexts {
  const { store, master, sealing, config, clock, marked } = runtime;
  const { zone, now, authority } = config;
  const base: Base = {
    ...{ store, master, sealing, config, queues, zone, now, authority, requireGraph },
    ...{ graphTypes, rowsNamed, messageSamples },
    ...(clock && { clock }),
    ...(marked && { marked }),
    get driver() {
      return driver?.();
    },
  };
  return new Contexts(base);
}
