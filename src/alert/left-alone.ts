import type { Queues } from '../platform/queues.js';
import type { Routes } from './routes.js';

const EVERY = 2_000;
const FORGOTTEN_AFTER = 6_000;

/** Some worker leaves it alone now. */
const keyOf = (queues: Queues, provider: string) => queues.key(`left-alone:${provider}`);
/** Some worker did, and it has taken no message since. */
const unprovedKey = (queues: Queues, provider: string) => queues.key(`unproved:${provider}`);

/**
 * Each worker finds out by itself that a provider keeps failing: said in Redis, whoever watches sees it too. It stands there
 * until a message is taken, since a worker that has just started knows nothing of it.
 */
export function sayLeftAlone(queues: Queues, routes: Routes, onError: (error: unknown) => void): { stop(): void } {
  const { redis } = queues;
  const seen = new Map<string, number>();
  const say = () => {
    for (const { name } of routes.all) {
      const taken = routes.taken(name);
      if (routes.keepsFailing(name)) {
        redis.set(keyOf(queues, name), Date.now(), 'PX', FORGOTTEN_AFTER).catch(onError);
        redis.set(unprovedKey(queues, name), Date.now()).catch(onError);
      } else if (taken > (seen.get(name) ?? 0)) redis.del(unprovedKey(queues, name)).catch(onError);
      seen.set(name, taken);
    }
  };
  const timer = setInterval(say, EVERY);
  return { stop: () => clearInterval(timer) };
}

/** Those of these providers that some worker leaves alone, or left alone before, and that have taken no message since. */
export async function leftAlone(queues: Queues, providers: readonly string[]): Promise<Set<string>> {
  if (providers.length === 0) return new Set();
  const keys = [keyOf, unprovedKey].flatMap((key) => providers.map((name) => key(queues, name)));
  const said = await queues.redis.mget(keys);
  return new Set(providers.filter((_, i) => said[i] !== null || said[i + providers.length] !== null));
}
