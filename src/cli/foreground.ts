import { once } from 'node:events';

/** Something that runs until it is closed. */
export interface Closing {
  close(): Promise<void>;
}

/** A program that npm runs receives Ctrl-C twice: from the terminal, and from npm. */
const REPEATED_WITHIN_MS = 1_000;

/**
 * Handles SIGTERM and SIGINT from now on: the first one calls `stop`; a later one that is not just its repetition ends
 * the process at once.
 * @returns a function that stops handling the signals.
 */
export function onStopSignals(stop: () => void): () => void {
  let askedAt: number | undefined;
  const take = (): void => {
    if (askedAt === undefined) {
      askedAt = performance.now();
      stop();
    } else if (performance.now() - askedAt > REPEATED_WITHIN_MS) {
      process.exit(130);
    }
  };
  process.on('SIGTERM', take).on('SIGINT', take);
  return () => process.off('SIGTERM', take).off('SIGINT', take);
}

/** A signal that SIGTERM or SIGINT aborts. Call this before starting anything that has to be stopped again. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  onStopSignals(() => stopping.abort());
  return stopping.signal;
}

/** Waits for work, but no longer than until the process is to stop. */
export async function unlessStopping(work: Promise<void>, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const done = new AbortController();
  try {
    await Promise.race([work, once(stop, 'abort', { signal: done.signal })]);
  } finally {
    done.abort();
  }
}

/**
 * Waits until the process is to stop, then closes the parts in the given order.
 * @param running a line that says that it runs; printed once it can be stopped, since a reader may stop it at once.
 */
export async function untilStopped(
  parts: readonly Closing[],
  say: (line: string) => void,
  { stop = stopSignal(), running }: { stop?: AbortSignal; running?: string } = {},
): Promise<void> {
  if (running !== undefined) say(running);
  if (!stop.aborted) await once(stop, 'abort');
  say('Stopping: what is under way is finished first.');
  await closeAll(parts);
  say('Stopped.');
}

/** Closes the parts in the given order, also those after a failure. @throws the first failure. */
export async function closeAll(parts: readonly Closing[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
