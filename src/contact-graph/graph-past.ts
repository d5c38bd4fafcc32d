import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type Position } from '../event-log/event-store.js';
import type { GraphPosition } from './graph-position.js';
import type { Reads } from './reads.js';

/**
 * Waits until the graph, or these projections of it, have passed a position of the log.
 * @param signal rejects the promise when it is aborted.
 * @param options `every` is the pause between two reads of the position, and `patience` the longest wait, both in
 * milliseconds.
 * @returns the position that was read; undefined when the patience is over.
 */
export async function graphPast(
  graph: GraphPosition,
  wanted: Position,
  signal?: AbortSignal,
  { reads, every = 100, patience = Infinity }: { reads?: Reads; every?: number; patience?: number } = {},
): Promise<Position | undefined> {
  const until = Date.now() + patience;
  for (;;) {
    const position = await graph.position(reads);
    if (position && comparePositions(position, wanted) >= 0) return position;
    if (Date.now() > until) return undefined;
    await delay(every, undefined, signal && { signal });
  }
}

/** The graph was emptied during a query; the batch has to be retried. */
export class GraphRebuilt extends Error {
  constructor() {
    super('the graph was emptied during the query for touched cases');
    this.name = 'GraphRebuilt';
  }
}
