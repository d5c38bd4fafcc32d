import { Registry } from 'prom-client';
import { readConfig, type Config } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { type ServiceName, servicesDown, servicesStatus, servicesUp } from '@truyvet/local-services';
import { startApi } from './api.js';
import { checkBeforeStart } from './before-start.js';
import { closeAll, stopSignal, unlessStopping, untilStopped } from '../cli/foreground.js';
import { startProjector, startWorker, type RunningProcess } from './processes.js';
import { keepUp } from './keep-up.js';
import { sayWhereNobodyGetsThem } from '../delivery/reaches-people.js';
import { openRuntime } from './runtime.js';

export interface Everything {
  /** URL of the API. */
  url: string;
  /** Must be closed in this order; services that were up before stay up. */
  parts: RunningProcess[];
}

/** Runs the whole installation in one process until it is stopped. */
export async function start({ install = false }: { install?: boolean }): Promise<void> {
  const config = readConfig();
  const stop = stopSignal();
  try {
    const { url, parts } = await startEverything(config, install, stop);
    console.log(`Truyvet is running on the data of ${config.dataDir}.`);
    console.log(`The operators' page is at ${url}/console/`);
    sayWhereNobodyGetsThem(config);
    console.log(`The API listens on ${url}: its description is at ${url}/docs. Stop it with Ctrl-C.`);
    await untilStopped(parts, console.log, { stop });
  } catch (error) {
    if (!stop.aborted || error !== stop.reason) throw error;
    console.log('Stopped before everything was up.');
  }
}

/**
 * Starts the services that are not up, then the API, a projector and a worker in this process.
 * @throws the reason of `stop` when it is aborted before everything is up; what was started is then stopped again.
 */
export async function startEverything(config: Config, install: boolean, stop: AbortSignal): Promise<Everything> {
  await checkBeforeStart(config);
  const before = await servicesStatus({ config });
  const ours: ServiceName[] = before.filter(({ state }) => state === 'stopped').map(({ name }) => name);
  const parts: RunningProcess[] = [{ close: () => servicesDown({ config, only: ours, say: console.log }) }];
  try {
    await servicesUp({ config, install, say: console.log, stop });
    const runtime = await openRuntime(config, createLogger(config, 'truyvet'), [], ['neo4j', 'redis']);
    parts.unshift(runtime);
    stop.throwIfAborted();
    const registry = new Registry();
    const api = await startApi(runtime, [], registry);
    // Each part is added as soon as it runs, so that it is closed when the next one fails. The API closes first.
    parts.unshift(api);
    parts.splice(1, 0, await startProjector(runtime, registry));
    const worker = await startWorker(runtime, registry);
    parts.splice(1, 0, worker);
    parts.splice(-1, 0, keepUp({ config, say: console.log }));
    await unlessStopping(worker.rehearsed, stop);
    return { url: api.url, parts };
  } catch (error) {
    await closeAll(parts).catch((failure: unknown) => console.error((failure as Error).message));
    throw error;
  }
}
