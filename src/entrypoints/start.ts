import { Registry } from 'prom-client';
import { readConfig, type Config } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { servicesDown, servicesStatus, servicesUp, type ServiceName } from '../platform/services/index.js';
import { startApi } from './api.js';
import { untilStopped } from './foreground.js';
import { startProjector, startWorker, type Part } from './parts.js';
import { openRuntime } from './runtime.js';

export interface Everything {
  /** Of the API. */
  url: string;
  /** To be closed in this order; services that were up before stay up. */
  parts: Part[];
}

/** Runs the whole installation in one process, until it is told to stop. */
export async function start({ install = false }: { install?: boolean }): Promise<void> {
  const config = readConfig();
  const { url, parts } = await startEverything(config, install);
  console.log(`Truyvet is running on the data of ${config.dataDir}.`);
  console.log(`The API listens on ${url}: its description is at ${url}/docs. Stop it with Ctrl-C.`);
  await untilStopped(parts, console.log);
}

/** Brings up the services that are not up, then the API, a projector and a worker in this process. */
export async function startEverything(config: Config, install: boolean): Promise<Everything> {
  const before = await servicesStatus({ config });
  const ours: ServiceName[] = before.filter(({ state }) => state === 'stopped').map(({ name }) => name);
  const parts: Part[] = [{ close: () => servicesDown({ config, only: ours, say: console.log }) }];
  try {
    await servicesUp({ config, install, say: console.log });
    const runtime = await openRuntime(config, createLogger(config, 'truyvet'));
    parts.unshift(runtime);
    const registry = new Registry();
    const api = await startApi(runtime, [], registry);
    parts.unshift(startProjector(runtime, registry));
    parts.unshift(await startWorker(runtime, registry));
    parts.unshift(api);
    return { url: api.url, parts };
  } catch (error) {
    for (const part of parts) await part.close();
    throw error;
  }
}
