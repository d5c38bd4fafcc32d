import { Registry } from 'prom-client';
import { readConfig } from '../platform/config.js';
import type { Role } from '../platform/heartbeat.js';
import { createLogger } from '../platform/logger.js';
import { closeAll, stopSignal, unlessStopping, untilStopped } from '../cli/foreground.js';
import { startProjector, startWorker, type RunningProcess } from './processes.js';
import { openRuntime } from './runtime.js';

/** Runs a projector or a worker alone until it is stopped. */
export async function runProcess(role: Role): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, role), [], ['neo4j', 'redis']);
  const parts: RunningProcess[] = [runtime];
  let stop: AbortSignal | undefined;
  try {
    const registry = new Registry();
    if (config.metricsPort !== undefined) {
      // Loading the HTTP server takes half of the start, so it is loaded only when metrics are configured.
      const { startWatch } = await import('./api.js');
      const watch = await startWatch(runtime, config.metricsPort, registry);
      parts.unshift(watch);
      console.log(`Health and metrics are at ${watch.url}/health/ready and ${watch.url}/metrics`);
    }
    if (role === 'projector') parts.unshift(await startProjector(runtime, registry));
    else {
      const worker = await startWorker(runtime, registry);
      parts.unshift(worker);
      stop = stopSignal();
      await unlessStopping(worker.rehearsed, stop);
    }
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
  const running = `The ${role} is running on the services of ${config.dataDir}. Stop it with Ctrl-C.`;
  await untilStopped(parts, console.log, { running, ...(stop && { stop }) });
}
