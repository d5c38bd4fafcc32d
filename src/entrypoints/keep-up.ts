import { setTimeout as delay } from 'node:timers/promises';
import { isForPeople } from '../kernel/errors.js';
import type { Config } from '../platform/config.js';
import { diedServices, type ServiceName, servicesUp, titles } from '@truyvet/local-services';
import type { RunningProcess } from './processes.js';

/** Milliseconds between two checks, and the longest wait before a service that keeps dying is started again. */
const LOOK_EVERY = 2_000;
const LONGEST_WAIT = 60_000;
/** Milliseconds after which a start counts as successful: the next restart has the shortest wait again. */
const WELL_AFTER = 300_000;

interface Patience {
  lookEvery?: number;
  longestWait?: number;
}

/** How services are checked and started; replaced in tests. */
export interface Care {
  died: () => Promise<ServiceName[]>;
  start: (name: ServiceName, stop: AbortSignal) => Promise<void>;
}

/**
 * Restarts services that died while this process needs them, each time after a longer wait. A service that somebody
 * stopped (`truyvet services down`) stays stopped.
 */
export function keepUp(
  { config, say }: { config: Config; say: (line: string) => void },
  care: Care = {
    died: () => diedServices(config),
    start: async (name, stop) => void (await servicesUp({ config, only: [name], say, stop })),
  },
  { lookEvery = LOOK_EVERY, longestWait = LONGEST_WAIT }: Patience = {},
): RunningProcess {
  const stopping = new AbortController();
  const { signal } = stopping;
  const tries = new Map<ServiceName, { count: number; at: number }>();

  const startAgain = async (name: ServiceName): Promise<void> => {
    const before = tries.get(name);
    const count = before && Date.now() - before.at < WELL_AFTER ? before.count : 0;
    const wait = count === 0 ? 0 : Math.min(longestWait, lookEvery * 2 ** count);
    if (before && Date.now() - before.at < wait) return;
    tries.set(name, { count: count + 1, at: Date.now() });
    say(`${titles[name]} stopped unexpectedly: starting it again${count === 0 ? '' : ` (try ${count + 1})`}`);
    try {
      await care.start(name, signal);
    } catch (error) {
      if (signal.aborted) return;
      say(`${titles[name]} does not start: ${(error as Error).message}`);
      if (isForPeople(error) && error.fix) say(error.fix);
    }
  };

  const watching = (async () => {
    while (!signal.aborted) {
      await delay(lookEvery, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      // A failed check is repeated in the next round.
      const died = await care.died().catch(() => []);
      await Promise.all(died.map(startAgain));
    }
  })();

  return {
    close: async () => {
      stopping.abort();
      await watching;
    },
  };
}
