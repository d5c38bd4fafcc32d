import { boot } from './boot.js';
import type { Logger } from 'pino';
import { ClockGuard } from '../event-log/clock-guard.js';
import { ClockedStore } from '../event-log/clocked-store.js';
import { EventStoreClient } from '../event-log/eventstore-client.js';
import type { EventStore, MarkedLog } from '../event-log/event-store.js';
import { openMasterKey, type MasterKey } from '../event-log/master-key.js';
import { Sealing } from '../event-log/sealing.js';
import { checkMasterKey, openStoreIdentity } from '../event-log/store-identity.js';
import type { Config } from '../platform/config.js';
import { type ServiceName, serviceUrls, type ServiceUrls } from '@truyvet/local-services';
import { requireServices } from '../platform/services.js';
import { outageLogger } from '../platform/outages.js';
import { checkClock } from './check-clock.js';

/** What every process that uses the log holds. */
export interface Runtime {
  config: Config;
  logger: Logger;
  urls: ServiceUrls;
  /** Rejects new events while the clock is in doubt. */
  store: EventStore;
  clock: ClockGuard;
  /** The same log, for questions about the log as a whole. */
  marked: MarkedLog;
  storeId: string;
  master: MasterKey;
  sealing: Sealing;
  close(): Promise<void>;
}

/**
 * Connects to the log of this installation.
 * @param beside other services that have to answer: a command requires no more than it needs.
 * @param running other services that have to be up but may not answer yet: long-running processes wait for them.
 * @throws UserError when they are not up, or this process has another master key than the installation.
 */
export async function openRuntime(
  config: Config,
  logger: Logger,
  beside: readonly ServiceName[] = [],
  running: readonly ServiceName[] = [],
): Promise<Runtime> {
  checkClock(config);
  const urls = serviceUrls(config, ['event-log', ...beside, ...running]);
  await requireServices(urls, ['event-log', ...beside]);
  const log = new EventStoreClient(urls.eventStoreUrl, (await boot()).catalogue, config.logClient);
  try {
    const storeId = await openStoreIdentity(log);
    const master = openMasterKey(config);
    await checkMasterKey(log, master.id);
    const clock = new ClockGuard(log, config.now, config.zone);
    await clock.tell((line) => console.error(line));
    const stopping = new AbortController();
    if (running.length > 0) void watchClock(clock, logger, stopping.signal);
    const store = new ClockedStore(log, clock);
    const sealing = new Sealing(store, master);
    const close = () => {
      stopping.abort();
      return log.close();
    };
    return { config, logger, urls, store, clock, marked: log, storeId, master, sealing, close };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** The clock may be changed while a process runs. */
function watchClock(clock: ClockGuard, logger: Logger, signal: AbortSignal): Promise<void> {
  const trouble = outageLogger(logger);
  return clock.watch({
    say: (doubt) => (doubt === null ? logger.info('the clock is no longer in doubt') : logger.error(doubt)),
    onError: (error) => trouble('the clock could not be compared with the log', error),
    signal,
  });
}
