import type { Position } from '../event-log/event-store.js';

/** Formats the position of the log that the graph had passed when a trace read it, for the event of the trace. */
export function formatPosition({ commit, prepare }: Position): string {
  return `${commit}/${prepare}`;
}

/** Reads the text that `formatPosition` writes. */
export function readPosition(text: string): Position {
  const [commit = '0', prepare = '0'] = text.split('/');
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
