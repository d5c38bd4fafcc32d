import type { Part } from './parts.js';

/** Waits for SIGTERM or SIGINT, then closes the parts in the order given; a second signal ends the process at once. */
export async function untilStopped(parts: readonly Part[], say: (line: string) => void): Promise<void> {
  await new Promise<void>((resolve) => {
    let asked = false;
    const stop = () => {
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    process.on('SIGTERM', stop).on('SIGINT', stop);
  });
  say('Stopping: what is under way is finished first.');
  for (const part of parts) await part.close();
  say('Stopped.');
}
