import type { Redis } from 'ioredis';
import type { Derived } from './log-guard.js';
import { readMark, writeMark } from './log-mark.js';
import { whereReadersStand } from './redis-checkpoints.js';

/**
 * The queues and the places of those who read the log for them, beside the log that they are made of. When that is
 * another, what is queued is dropped and everybody reads the log from its start: what is still to be done is queued
 * again, and what was done is known from the log or from who delivers messages.
 * @param readers those who read, by the names of their checkpoints.
 * @param forget drops what is queued, and where the readers stand.
 */
export function derivedQueues(
  redis: Redis,
  key: (name: string) => string,
  readers: readonly string[],
  forget: () => Promise<void>,
): Derived {
  return {
    whose: 'work was queued',
    known: async () => {
      const text = await redis.get(key('log-mark'));
      const mark = text === null ? undefined : readMark(text);
      return { mark, ...(await whereReadersStand(redis, key, readers)) };
    },
    keep: async (mark) => {
      await redis.set(key('log-mark'), writeMark(mark));
    },
    makeAgain: async () => {
      await forget();
      await redis.del(key('log-mark'));
    },
  };
}
