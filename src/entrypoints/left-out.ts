import { queueKey } from '../work/queue-keys.js';
import { countAllLeftOut } from '../work/readers-aside.js';
import type { Runtime } from './runtime.js';

/** Milliseconds to wait for Redis. */
const PATIENCE = 1_000;

/**
 * Number of events that readers set aside, read over a connection of its own: a command with an answer needs nothing
 * else from Redis, and also works without it.
 * @throws Error when Redis does not answer within a second.
 */
export async function countLeftOutOnce({ urls, storeId }: Pick<Runtime, 'urls' | 'storeId'>): Promise<number> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(urls.redisUrl, {
    ...{ lazyConnect: true, connectTimeout: PATIENCE, commandTimeout: PATIENCE },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  // The command rejects with the same error.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await countAllLeftOut({ redis, key: (name) => queueKey(storeId, name) });
  } finally {
    // Disconnecting a closed connection would delay the end of the command by two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** Reports how many events are missing from cases, traces or alerts, and so perhaps from an answer. */
export async function sayLeftOut(
  runtime: Pick<Runtime, 'urls' | 'storeId'>,
  say: (line: string) => void,
): Promise<void> {
  let events: number;
  try {
    events = await countLeftOutOnce(runtime);
  } catch {
    say('Redis does not answer: it is unknown whether workers set events aside that this answer may lack.');
    return;
  }
  if (events === 0) return;
  say(
    `${events} ${events === 1 ? 'event is' : 'events are'} set aside by workers, and cases, contacts or ` +
      'alerts that follow from them may be missing from this answer: see npx truyvet projections status',
  );
}
