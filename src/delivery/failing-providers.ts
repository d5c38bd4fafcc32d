import type { Routes } from './routes.js';

const EVERY = 2_000;
const FORGOTTEN_AFTER = 6_000;

/** The part of Redis in which the workers of an installation tell each other something. */
export interface SharedKeys {
  /** The key of this installation for a name. */
  key(name: string): string;
  redis: {
    get(key: string): Promise<string | null>;
    mget(keys: string[]): Promise<(string | null)[]>;
    set(key: string, value: number): Promise<unknown>;
    set(key: string, value: number, unit: 'PX', milliseconds: number): Promise<unknown>;
    del(key: string): Promise<unknown>;
  };
}

/** Set while some worker does not use the provider because it kept failing. */
const keyOf = (shared: SharedKeys, provider: string) => shared.key(`failing:${provider}`);
/**
 * When some worker last stopped using the provider, in milliseconds; deleted once any worker had a message accepted
 * since.
 */
const unprovedKey = (shared: SharedKeys, provider: string) => shared.key(`unproved:${provider}`);

/**
 * Publishes in Redis which providers keep failing, because each worker finds that out by itself and others have to see
 * it. It stays there until a provider accepts a message, since a worker that has just started does not know about it.
 */
export function publishFailing(
  shared: SharedKeys,
  routes: Routes,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  const { redis } = shared;
  const said = new Map(routes.all.map(({ name }) => [name, routes.proofOf(name)]));
  const sayOf = async (name: string) => {
    const { openedAt, takenAt } = routes.proofOf(name);
    const before = said.get(name);
    if (routes.isFailing(name)) await redis.set(keyOf(shared, name), openedAt, 'PX', FORGOTTEN_AFTER);
    // Written once: the provider may have accepted a message from another worker since.
    if (openedAt !== before?.openedAt) await redis.set(unprovedKey(shared, name), openedAt);
    if (takenAt !== before?.takenAt && takenAt > Number((await redis.get(unprovedKey(shared, name))) ?? Infinity)) {
      await redis.del(unprovedKey(shared, name));
    }
    said.set(name, { openedAt, takenAt });
  };
  const say = async () => {
    for (const { name } of routes.all) await sayOf(name).catch(onError);
  };
  let saying: Promise<void> | undefined;
  // One at a time: while Redis is down, each would wait for it.
  const timer = setInterval(() => void (saying ??= say().finally(() => (saying = undefined))), EVERY);
  return {
    stop: async () => {
      clearInterval(timer);
      await saying;
      // Only this process knows what the last messages proved.
      await say();
    },
  };
}

/**
 * Those of the given providers that some worker does not use now, or stopped using before, and that have accepted no
 * message since.
 */
export async function failingProviders(shared: SharedKeys, providers: readonly string[]): Promise<Set<string>> {
  if (providers.length === 0) return new Set();
  const keys = [keyOf, unprovedKey].flatMap((key) => providers.map((name) => key(shared, name)));
  const said = await shared.redis.mget(keys);
  return new Set(providers.filter((_, i) => said[i] !== null || said[i + providers.length] !== null));
}
