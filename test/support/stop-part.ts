import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Stops a part, and returns how it ended: its exit code, or the signal if it had to be killed.
 * @param patience milliseconds after which a supervisor would kill it.
 */
export async function stopPart(part: ChildProcess, patience: number): Promise<number | NodeJS.Signals | null> {
  const timer = setTimeout(() => part.kill('SIGKILL'), patience);
  const ended = once(part, 'exit');
  part.kill('SIGTERM');
  const [code, signal] = (await ended) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return code ?? signal;
}
