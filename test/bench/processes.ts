import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { GRAPH_EVENTS } from '../support/projections.js';

export const COMMAND = resolve('bin/truyvet.js');
/** Types of the events that the graph is built from. */
export const GRAPH_TYPES = GRAPH_EVENTS.types;

/** Resolves with the output of a part, up to and including these words. */
export function untilItSays(part: ChildProcess, words: RegExp): Promise<string> {
  return new Promise((done, fail) => {
    let said = '';
    part.stdout?.on('data', (text: Buffer) => {
      said += text.toString();
      if (words.test(said)) done(said);
    });
    part.once('exit', (code) => fail(new Error(`a part ended with ${String(code)}: ${said}`)));
  });
}

export async function stop(part: ChildProcess): Promise<void> {
  if (part.exitCode !== null || part.signalCode !== null) return;
  const ended = once(part, 'exit');
  part.kill('SIGTERM');
  await ended;
}
