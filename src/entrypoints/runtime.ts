import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../domain/errors.js';
import { EventStoreClient } from '../log/eventstore-client.js';
import type { EventStore } from '../log/event-store.js';
import { openMasterKey, type MasterKey } from '../log/master-key.js';
import { Sealing } from '../log/sealing.js';
import { checkMasterKey, openStoreIdentity } from '../log/store-identity.js';
import type { Config } from '../platform/config.js';
import { serviceUrls, type ServiceUrls } from '../platform/services/index.js';
import { probe } from '../platform/services/probes.js';

/** Milliseconds. */
const START_PATIENCE = 10_000;

/** What every process that touches the log holds. */
export interface Runtime {
  config: Config;
  logger: Logger;
  urls: ServiceUrls;
  store: EventStore;
  storeId: string;
  master: MasterKey;
  sealing: Sealing;
  close(): Promise<void>;
}

/**
 * Connects to the log of this installation.
 * @throws UserError when its services are not up, or this process holds another master key than the others.
 */
export async function openRuntime(config: Config, logger: Logger): Promise<Runtime> {
  const urls = serviceUrls(config);
  await checkLog(urls);
  const store = new EventStoreClient(urls.eventStoreUrl);
  try {
    const storeId = await openStoreIdentity(store);
    const master = openMasterKey(config);
    await checkMasterKey(store, master.id);
    const sealing = new Sealing(store, master);
    return { config, logger, urls, store, storeId, master, sealing, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The log may be starting; after a moment it is down, and waiting on would look like working. */
async function checkLog(urls: ServiceUrls): Promise<void> {
  const until = Date.now() + START_PATIENCE;
  for (;;) {
    try {
      await probe('event-log', urls);
      return;
    } catch (error) {
      if (Date.now() > until) {
        throw new UserError(
          `The event log does not answer (${(error as Error).message}).`,
          'See `npx truyvet services status`; `npx truyvet services up` starts what is down.',
        );
      }
      await delay(500);
    }
  }
}
