import { Registry } from 'prom-client';
import { readConfig } from '../platform/config.js';
import type { Role } from '../platform/heartbeat.js';
import { createLogger } from '../platform/logger.js';
import { closeAll, untilStopped } from '../cli/foreground.js';
import { startProjector, startWorker, type RunningProcess } from './processes.js';
import { openRuntime } from './runtime.js';

/** Runs one part alone until it is told to stop. */
export async function runProcess(role: Role): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, role), [], ['neo4j', 'redis']);
  const parts: RunningProcess[] = [runtime];
  try {
    const registry = new Registry();
    if (config.metricsPort !== undefined) {
      // What serves HTTP takes half of a part's start to load: only for those who ask for it.
      const { startWatch } = await import('./api.js');
      const watch = await startWatch(runtime, config.metricsPort, registry);
      parts.unshift(watch);
      console.log(`Health and metrics are at ${watch.url}/health/ready and ${watch.url}/metrics`);
    }
    const start = role === 'projector' ? startProjector : startWorker;
    parts.unshift(await start(runtime, registry));
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
  const running = `The ${role} is running on the services of ${config.dataDir}. Stop it with Ctrl-C.`;
  await untilStopped(parts, console.log, { running });
}
