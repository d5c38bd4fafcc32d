import type { Role } from '../platform/heartbeat.js';
import { Queues } from './queues.js';
import { outageLogger } from '../platform/outages.js';
import type { Logger } from 'pino';

/** The queues of an installation. */
export function openQueues({
  urls,
  storeId,
  logger,
}: {
  urls: { redisUrl: string };
  storeId: string;
  logger: Logger;
}): Queues {
  const trouble = outageLogger(logger);
  return new Queues(urls.redisUrl, storeId, (error) => trouble('Redis', error));
}

export function aliveKey(queues: Queues, role: Role): string {
  return queues.key(`alive:${role}`);
}
