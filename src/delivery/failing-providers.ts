import type { Queues } from '../work/queues.js';
import type { Routes } from './routes.js';

const EVERY = 2_000;
const FORGOTTEN_AFTER = 6_000;

/** Some worker leaves it alone for a while. */
const keyOf = (queues: Queues, provider: string) => queues.key(`failing:${provider}`);
/** When some worker did last, in milliseconds, while no worker has had it take a message since. */
const unprovedKey = (queues: Queues, provider: string) => queues.key(`unproved:${provider}`);

/**
 * Each worker finds out by itself that a provider keeps failing: said in Redis, whoever watches sees it too. It stands there
 * until a message is taken, since a worker that has just started knows nothing of it.
 */
export function publishFailing(
  queues: Queues,
  routes: Routes,
  onError: (error: unknown) => void,
): { stop(): Promise<void> } {
  const { redis } = queues;
  const said = new Map(routes.all.map(({ name }) => [name, routes.proofOf(name)]));
  const sayOf = async (name: string) => {
    const { openedAt, takenAt } = routes.proofOf(name);
    const before = said.get(name);
    if (routes.isFailing(name)) await redis.set(keyOf(queues, name), openedAt, 'PX', FORGOTTEN_AFTER);
    // Said once: another worker may have had it take a message since.
    if (openedAt !== before?.openedAt) await redis.set(unprovedKey(queues, name), openedAt);
    if (takenAt !== before?.takenAt && takenAt > Number((await redis.get(unprovedKey(queues, name))) ?? Infinity)) {
      await redis.del(unprovedKey(queues, name));
    }
    said.set(name, { openedAt, takenAt });
  };
  const say = async () => {
    for (const { name } of routes.all) await sayOf(name).catch(onError);
  };
  let saying: Promise<void> | undefined;
  // One at a time: while Redis is away each would wait for it.
  const timer = setInterval(() => void (saying ??= say().finally(() => (saying = undefined))), EVERY);
  return {
    stop: async () => {
      clearInterval(timer);
      await saying;
      // What the last messages proved is known to nobody else.
      await say();
    },
  };
}

/** Those of these providers that some worker leaves alone, or left alone before, and that have taken no message since. */
export async function failingProviders(queues: Queues, providers: readonly string[]): Promise<Set<string>> {
  if (providers.length === 0) return new Set();
  const keys = [keyOf, unprovedKey].flatMap((key) => providers.map((name) => key(queues, name)));
  const said = await queues.redis.mget(keys);
  return new Set(providers.filter((_, i) => said[i] !== null || said[i + providers.length] !== null));
}
