import type { Logger } from 'pino';
import { EventStoreClient } from '../log/eventstore-client.js';
import type { EventStore } from '../log/event-store.js';
import { openMasterKey, type MasterKey } from '../log/master-key.js';
import { Sealing } from '../log/sealing.js';
import { openStoreIdentity } from '../log/store-identity.js';
import type { Config } from '../platform/config.js';
import { serviceUrls, type ServiceUrls } from '../platform/services/index.js';

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

/** Connects to the log of this installation. @throws UserError when its services are not up. */
export async function openRuntime(config: Config, logger: Logger): Promise<Runtime> {
  const urls = serviceUrls(config);
  const store = new EventStoreClient(urls.eventStoreUrl);
  try {
    const storeId = await openStoreIdentity(store);
    const master = openMasterKey(config);
    const sealing = new Sealing(store, master);
    return { config, logger, urls, store, storeId, master, sealing, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}
