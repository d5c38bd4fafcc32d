import { once } from 'node:events';

/** Something that runs until it is closed. */
export interface Closing {
  close(): Promise<void>;
}

/** Ctrl-C reaches a program that npm runs twice: from the terminal, and handed on by npm. */
const REPEATED_WITHIN_MS = 1_000;

/**
 * Takes SIGTERM and SIGINT from now on: the first one calls `stop`, one that is no mere repetition of it ends the
 * process at once.
 * @returns what gives the signals back.
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

/** Aborted by SIGTERM or SIGINT; to be asked for before anything is started that has to be stopped again. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  onStopSignals(() => stopping.abort());
  return stopping.signal;
}

/**
 * Waits until it is told to stop, then closes the parts in the order given.
 * @param running said once it can be told: whoever reads that it runs may stop it in the same moment.
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

/** Closes the parts in the order given, also those after one that fails. @throws the first failure. */
export async function closeAll(parts: readonly Closing[]): Promise<void> {
  const failures: unknown[] = [];
  for (const part of parts) await part.close().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
