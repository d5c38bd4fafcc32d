import type { Redis } from 'ioredis';

const EVERY = 2_000;
const FORGOTTEN_AFTER = 10_000;

export type Role = 'projector' | 'worker';

/** Reports in Redis that a process with this role is running, so that others know whether waiting makes sense. */
export function startHeartbeat(redis: Redis, key: string, onError: (error: unknown) => void): { stop(): void } {
  const say = () => void redis.set(key, Date.now(), 'PX', FORGOTTEN_AFTER).catch(onError);
  say();
  const timer = setInterval(say, EVERY);
  return { stop: () => clearInterval(timer) };
}
