import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that what is under way gets to end, once its process is to stop: a service that is away keeps it. */
export const GRACE = 5_000;

/** Done when the work is, or when it has taken so long, in milliseconds. Never fails: it is for what is left anyway. */
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
 * What the work gives, unless the signal aborts and the work does not end within the grace, in milliseconds: then it
 * is left to itself.
 * @throws Error when it is left.
 */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal, grace = GRACE): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let startClock = () => {};
  const left = new Promise<never>((_, reject) => {
    startClock = () => {
      timer = setTimeout(() => reject(new Error('left undone, because the process stops')), grace);
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
