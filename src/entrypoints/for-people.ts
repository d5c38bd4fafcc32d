import { openGraph, type Graph } from '../contact-graph/index.js';
import { sayLeftOut } from './left-out.js';
import type { Runtime } from './runtime.js';

/** Of a command that answers somebody: what may be missing from the answer, and what is waited for, goes beside it. */
export const FOR_PEOPLE = { say: (line: string): void => console.error(line) };

/**
 * Opens the graph for a command that answers somebody. Beside what the graph lacks, it is said what workers left out: that
 * is asked for while the graph answers.
 */
export function openForPeople(runtime: Pick<Runtime, 'urls' | 'storeId'>): Graph {
  const graph = openGraph(runtime, FOR_PEOPLE);
  const said = sayLeftOut(runtime, FOR_PEOPLE.say);
  return { ...graph, close: () => said.finally(() => graph.close()) };
}
