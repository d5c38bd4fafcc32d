import { queueKey } from '../work/queue-keys.js';
import { countAllLeftOut } from '../work/readers-aside.js';
import type { Runtime } from './runtime.js';

/** Milliseconds for which an answer waits for Redis. */
const PATIENCE = 1_000;

/**
 * How many events the readers left out, over a connection of its own: a command that answers somebody needs no more of
 * Redis, and answers without it, too.
 * @throws Error when Redis does not answer at once.
 */
export async function countLeftOutOnce({ urls, storeId }: Pick<Runtime, 'urls' | 'storeId'>): Promise<number> {
  const { Redis } = await import('ioredis');
  const redis = new Redis(urls.redisUrl, {
    ...{ lazyConnect: true, connectTimeout: PATIENCE, commandTimeout: PATIENCE },
    ...{ maxRetriesPerRequest: 0, retryStrategy: () => null },
  });
  // It comes with the command, too.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await countAllLeftOut({ redis, key: (name) => queueKey(storeId, name) });
  } finally {
    // Of a connection that is closed already it would wait two seconds for the end, and the command with it.
    if (redis.status !== 'end') redis.disconnect();
  }
}

/** Says what may be missing from an answer because a reader left it out of cases, traces or alerts. */
export async function sayLeftOut(
  runtime: Pick<Runtime, 'urls' | 'storeId'>,
  say: (line: string) => void,
): Promise<void> {
  let events: number;
  try {
    events = await countLeftOutOnce(runtime);
  } catch {
    say('Redis does not answer: whether workers left events out, which this answer may miss, is not known.');
    return;
  }
  if (events === 0) return;
  say(
    `${events} ${events === 1 ? 'event is' : 'events are'} left out of what workers make of the log, and cases, contacts or ` +
      'alerts that follow may be missing from this answer: see npx truyvet projections status',
  );
}
