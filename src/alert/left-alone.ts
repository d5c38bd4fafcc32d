import type { Queues } from '../platform/queues.js';
import type { Routes } from './routes.js';

const EVERY = 2_000;
const FORGOTTEN_AFTER = 6_000;

const keyOf = (queues: Queues, provider: string) => queues.key(`left-alone:${provider}`);

/** Each worker finds out by itself that a provider keeps failing: said in Redis, whoever watches sees it too. */
export function sayLeftAlone(queues: Queues, routes: Routes, onError: (error: unknown) => void): { stop(): void } {
  const say = () => {
    for (const { name } of routes.all) {
      if (!routes.keepsFailing(name)) continue;
      queues.redis.set(keyOf(queues, name), Date.now(), 'PX', FORGOTTEN_AFTER).catch(onError);
    }
  };
  const timer = setInterval(say, EVERY);
  return { stop: () => clearInterval(timer) };
}

/** Those of these providers that some worker leaves alone. */
export async function leftAlone(queues: Queues, providers: readonly string[]): Promise<Set<string>> {
  if (providers.length === 0) return new Set();
  const said = await queues.redis.mget(providers.map((name) => keyOf(queues, name)));
  return new Set(providers.filter((_, i) => said[i] !== null));
}
