import { openGraph, type Graph } from '../contact-graph/index.js';
import { sayLeftOut } from './left-out.js';
import type { Runtime } from './runtime.js';

/**
 * For commands with an answer: warnings about what the answer may lack, and what the command waits for, go to standard
 * error.
 */
export const FOR_PEOPLE = { say: (line: string): void => console.error(line) };

/**
 * Opens the graph for a command with an answer. Besides what the graph lacks, it reports the events that workers set
 * aside, which it counts while the graph is queried.
 */
export function openForPeople(runtime: Pick<Runtime, 'urls' | 'storeId'>): Graph {
  const graph = openGraph(runtime, FOR_PEOPLE);
  const said = sayLeftOut(runtime, FOR_PEOPLE.say);
  return { ...graph, close: () => said.finally(() => graph.close()) };
}
