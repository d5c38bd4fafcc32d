import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  RLWrapperTimeouts,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';

/** Where the processes of an installation count together. */
export interface SharedCounts {
  redis: Redis;
  /** A key in the installation's own part of Redis. */
  key(name: string): string;
}

/** Milliseconds for which Redis is waited for: whoever opens a page must not wait for a count. */
const PATIENCE = 500;

/**
 * Lets each key through so many times in a stretch of time. Processes that share a Redis count together; while it is away
 * each counts for itself.
 */
export class RateLimit {
  readonly #limiter: RateLimiterAbstract;

  /** @param name of what is limited, in the keys of Redis. */
  constructor(name: string, times: number, seconds: number, shared?: SharedCounts) {
    const bounds = { points: times, duration: seconds };
    const here = new RateLimiterMemory({ keyPrefix: name, ...bounds });
    this.#limiter = shared ? sharedLimiter(shared, name, bounds, here) : here;
  }

  /** @param count how many times it is at once. */
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
  // A Redis that hangs answers nothing, and its connection does not notice.
  return new RLWrapperTimeouts({ limiter, insuranceLimiter, timeoutMs: PATIENCE });
}
