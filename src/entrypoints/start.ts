import { Registry } from 'prom-client';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { servicesDown, servicesStatus, servicesUp, type ServiceName } from '../platform/services/index.js';
import { untilStopped } from './foreground.js';
import { startProjector, startWorker, type Part } from './parts.js';
import { openRuntime } from './runtime.js';

export interface Started {
  parts: Part[];
}

/** Runs the whole installation in one process, on services that are brought up when they are not. */
export async function start({ install }: { install?: boolean }): Promise<void> {
  const config = readConfig();
  const { parts } = await startEverything(config, install ?? false);
  await untilStopped(parts, console.log);
}

/** What was up before stays up when these parts are closed. */
export async function startEverything(config: ReturnType<typeof readConfig>, install: boolean): Promise<Started> {
  const before = await servicesStatus({ config });
  const ours: ServiceName[] = before.filter(({ state }) => state === 'stopped').map(({ name }) => name);
  await servicesUp({ config, install, say: console.log });
  const logger = createLogger(config, 'truyvet');
  const runtime = await openRuntime(config, logger);
  const registry = new Registry();
  const parts: Part[] = [startWorker(runtime, registry), startProjector(runtime, registry), runtime];
  parts.push({ close: () => servicesDown({ config, only: ours, say: console.log }) });
  console.log(`Everything is running on the data of ${config.dataDir}. Stop it with Ctrl-C.`);
  return { parts };
}
