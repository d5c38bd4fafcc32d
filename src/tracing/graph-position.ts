import type { Position } from '../event-log/event-store.js';

/** What the graph had passed when a trace read it, as text, for its event. */
export function formatPosition({ commit, prepare }: Position): string {
  return `${commit}/${prepare}`;
}

/** Reads what `formatPosition` writes. */
export function readPosition(text: string): Position {
  const [commit = '0', prepare = '0'] = text.split('/');
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
