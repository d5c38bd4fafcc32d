import type { Role } from '../platform/heartbeat.js';
import { Queues } from './queues.js';
import { troubleLog } from '../platform/troubles.js';
import type { Runtime } from '../entrypoints/runtime.js';

export function openQueues({ urls, storeId, logger }: Runtime): Queues {
  const trouble = troubleLog(logger);
  return new Queues(urls.redisUrl, storeId, (error) => trouble('Redis', error));
}

export function aliveKey(queues: Queues, role: Role): string {
  return queues.key(`alive:${role}`);
}
