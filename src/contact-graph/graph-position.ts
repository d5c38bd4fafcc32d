import type { Driver } from 'neo4j-driver';
import type { Position } from '../event-log/event-store.js';
import { passedBy, passedByAll, readGraphState } from './checkpoints.js';
import type { Reads } from './reads.js';

/** How far the graph has followed the log. */
export interface GraphPosition {
  /**
   * The position that the whole graph, or these projections of it, have passed; undefined while one of them has passed
   * nothing or is being rebuilt.
   */
  position(reads?: Reads): Promise<Position | undefined>;
}

export function graphPositionOf(driver: Driver): GraphPosition {
  return {
    async position(reads) {
      const state = await readGraphState(driver);
      return state && (reads ? passedBy(state, reads) : passedByAll(state.passed));
    },
  };
}
