import { Registry } from 'prom-client';
import { readConfig } from '../platform/config.js';
import type { Role } from '../platform/heartbeat.js';
import { createLogger } from '../platform/logger.js';
import { untilStopped } from './foreground.js';
import { startProjector, startWorker, type Part } from './parts.js';
import { openRuntime } from './runtime.js';

/** Runs one part alone until it is told to stop. */
export async function runPart(role: Role): Promise<void> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, role));
  const start = role === 'projector' ? startProjector : startWorker;
  let part: Part;
  try {
    part = await start(runtime, new Registry());
  } catch (error) {
    await runtime.close();
    throw error;
  }
  console.log(`The ${role} is running on the services of ${config.dataDir}. Stop it with Ctrl-C.`);
  await untilStopped([part, runtime], console.log);
}
