import { join } from 'node:path';
import { isRunning } from './docker.js';
import { localEventLog } from './event-log.js';
import type { LocalService } from './local-service.js';
import { localNeo4j } from './neo4j.js';
import { isAlive } from './processes.js';
import { localRedis } from './redis.js';
import type { ServiceRecord } from './state.js';
import type { ServiceName } from './types.js';

export const localServices: Record<ServiceName, LocalService> = {
  'event-log': localEventLog,
  neo4j: localNeo4j,
  redis: localRedis,
};

/** A process holds this lock while it starts or stops services of this folder. */
export const lockFile = (dataDir: string) => join(dataDir, 'services.lock');

/** The file for what a service prints. Some services also write a fuller log of their own. */
export const logFile = (dataDir: string, name: ServiceName) => join(dataDir, 'logs', `${name}.log`);

/** Whether the started process or container still exists. */
export async function isThere({ run }: ServiceRecord): Promise<boolean> {
  if (!run) return false;
  return 'container' in run ? isRunning(run.container) : isAlive(run);
}

export function waiting(say: (line: string) => void) {
  return (pid: number | undefined) =>
    say(`Another process${pid ? ` (${pid})` : ''} is starting or stopping these services, waiting`);
}
