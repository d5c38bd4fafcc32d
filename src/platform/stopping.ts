import { setTimeout as delay } from 'node:timers/promises';

/**
 * How long running work may take to end once the process is to stop, in milliseconds: an unavailable service delays it.
 */
export const GRACE = 5_000;

/** Waits for work, at most this many milliseconds. Never rejects, because the work is about to be abandoned anyway. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const over = delay(ms, undefined, { signal: timer.signal });
  try {
    await Promise.race([work, over]).catch(() => undefined);
  } finally {
    timer.abort();
  }
}

/**
 * Waits for work. Abandons it when the signal aborts and the work does not end within the grace period.
 * @param grace in milliseconds.
 * @throws Error when it abandons the work.
 */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal, grace = GRACE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let startClock = () => {};
  const left = new Promise<never>((_, reject) => {
    startClock = () => {
      timer = setTimeout(() => reject(new Error('abandoned, because the process stops')), grace);
    };
  });
  if (signal.aborted) startClock();
  else signal.addEventListener('abort', startClock, { once: true });
  try {
    return await Promise.race([work, left]);
  } finally {
    signal.removeEventListener('abort', startClock);
    clearTimeout(timer);
  }
}
