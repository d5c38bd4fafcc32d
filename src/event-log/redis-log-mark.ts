import type { Redis } from 'ioredis';
import type { Derived } from './log-guard.js';
import { readMark, writeMark } from './log-mark.js';
import { whereReadersStand } from './redis-checkpoints.js';

/**
 * The queues and the checkpoints of the readers that fill them, as data derived from the log. When the log was
 * replaced, all jobs are dropped and every reader starts from the beginning: open work is queued again, and finished
 * work is known from the log or from the providers of messages.
 * @param readers the names of the readers' checkpoints.
 * @param forget drops the jobs and the readers' checkpoints.
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
