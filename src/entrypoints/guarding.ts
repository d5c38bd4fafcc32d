import type { LogMark } from '../event-log/event-store.js';
import { guardLog, type Derived } from '../event-log/log-guard.js';
import { outageLogger } from '../platform/outages.js';
import type { Runtime } from './runtime.js';

/** Compares the log with what was derived from it, until the signal is aborted. */
export function guard({ marked, logger }: Runtime, derived: readonly Derived[], signal: AbortSignal): Promise<void> {
  const trouble = outageLogger(logger);
  return guardLog({
    store: marked,
    derived,
    signal,
    say: (text, { standing }) => logger.error({ log: standing }, `${text} What was derived from it is rebuilt.`),
    onError: (error) => trouble('the log could not be compared with what was derived from it', error),
  });
}

/** The parts of a process that remember something of the log. */
interface Kept {
  sealing: Pick<Runtime['sealing'], 'forget'>;
  clock: Pick<Runtime['clock'], 'forget'>;
}

/**
 * What a process keeps in memory without comparing it with the log each time, such as people's keys: another log may
 * not have them, and what they seal would be lost.
 */
export function derivedMemory({ sealing, clock }: Kept, forgetMore: () => void): Derived {
  let mark: LogMark | undefined;
  return {
    whose: 'this process runs',
    known: () => Promise.resolve({ mark }),
    keep: (now) => {
      mark = now;
      return Promise.resolve();
    },
    makeAgain: () => {
      sealing.forget();
      clock.forget();
      forgetMore();
      mark = undefined;
      return Promise.resolve();
    },
  };
}
