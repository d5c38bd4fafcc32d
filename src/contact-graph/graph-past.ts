import { setTimeout as delay } from 'node:timers/promises';
import { comparePositions, type Position } from '../event-log/event-store.js';
import type { GraphPosition } from './graph-position.js';

/** Waits until the graph has passed a position of the log. */
export async function graphPast(graph: GraphPosition, wanted: Position, signal: AbortSignal): Promise<void> {
  for (;;) {
    const position = await graph.position();
    if (position && comparePositions(position, wanted) >= 0) return;
    await delay(100, undefined, { signal });
  }
}

/** The graph was emptied during a query; the batch has to be retried. */
export class GraphRebuilt extends Error {
  constructor() {
    super('the graph was emptied while it was asked for touched cases');
    this.name = 'GraphRebuilt';
  }
}
