import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

/** The Redis in which the processes of an installation count together. */
export interface SharedCounts {
  redis: Redis;
  /** A key in the installation's own part of Redis. */
  key(name: string): string;
}

/** How long to wait for Redis, in milliseconds: somebody who opens a page must not wait for a count. */
const PATIENCE = 500;

/**
 * Lets each key pass a limited number of times in a period. Processes that share a Redis count together; while it is
 * unavailable, each counts for itself.
 */
export class RateLimit {
  readonly #limiter: RateLimiterAbstract;

  /** @param name what is limited, for the keys in Redis. */
  constructor(name: string, times: number, seconds: number, shared?: SharedCounts) {
    const bounds = { points: times, duration: seconds };
    const here = new RateLimiterMemory({ keyPrefix: name, ...bounds });
    this.#limiter = shared ? sharedLimiter(shared, name, bounds, here) : here;
  }

  /** Counts a use, and says whether it is within the limit. @param count how many uses this is at once. */
  async passes(key: string, count = 1): Promise<boolean> {
    try {
      await this.#limiter.consume(key, count);
      return true;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return false;
      throw refused;
    }
  }
}

function sharedLimiter(
  shared: SharedCounts,
  name: string,
  bounds: { points: number; duration: number },
  insuranceLimiter: RateLimiterMemory,
): RateLimiterAbstract {
  const keyPrefix = shared.key(`rate:${name}`);
  const limiter = new RateLimiterRedis({
    storeClient: shared.redis,
    rejectIfRedisNotReady: true,
    keyPrefix,
    ...bounds,
  });
  // A hanging Redis does not answer, and the connection does not notice that.
  return new RLWrapperTimeouts({ limiter, insuranceLimiter, timeoutMs: PATIENCE });
}
