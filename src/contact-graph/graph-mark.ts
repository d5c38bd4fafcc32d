import type { Driver } from './driver.js';
import type { LogMark, Position } from '../event-log/event-store.js';
import { comparePositions } from '../event-log/event-store.js';
import type { Derived } from '../event-log/log-guard.js';
import { readMark, writeMark, type Replaced } from '../event-log/log-mark.js';
import { readGraphState } from './checkpoints.js';
import { wipe } from './maintenance.js';
import { inTransaction, rows } from './neo4j.js';

/** The mark of the log in the graph, and when and why the graph was last rebuilt because the log was replaced. */
export async function readGraphMark(
  driver: Driver,
): Promise<{ mark: LogMark | undefined; replaced: string | undefined } | undefined> {
  const found = await inTransaction(driver, 'read', (tx) =>
    rows<{ mark: string | null; replaced: string | null }>(
      tx,
      `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
       RETURN g.logMark AS mark, g.logReplaced AS replaced`,
    ),
  );
  const [graph] = found;
  if (graph === undefined) return undefined;
  return { mark: graph.mark === null ? undefined : readMark(graph.mark), replaced: graph.replaced ?? undefined };
}

/**
 * The contact graph as data derived from the log: if the log is replaced, it is emptied, and its projector refills it.
 */
export function derivedGraph(driver: Driver, now: () => number): Derived {
  /** Why the next graph was rebuilt; still to be recorded in it. */
  let reason: string | undefined;
  return {
    whose: 'the contact graph was built',
    known: async () => {
      const mark = (await readGraphMark(driver))?.mark;
      const state = await readGraphState(driver);
      let passed: Position | undefined;
      for (const each of state?.passed.values() ?? []) {
        if (each && (!passed || comparePositions(each, passed) > 0)) passed = each;
      }
      // While a reason is to be recorded, no mark is returned, so that the guard calls `keep` even if another process
      // marked the next graph meanwhile.
      return { mark: reason === undefined ? mark : undefined, passed, given: state?.given ?? [] };
    },
    keep: async (mark) => {
      const kept = await inTransaction(driver, 'write', (tx) =>
        rows(
          tx,
          `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
           SET g.logMark = $mark, g.logReplaced = coalesce($reason, g.logReplaced)
           RETURN g.name AS name`,
          { mark: writeMark(mark), reason: reason ?? null },
        ),
      );
      // A projector may take a while to create the next graph: keep the reason until then.
      if (kept.length > 0) reason = undefined;
    },
    makeAgain: async ({ standing }: Replaced) => {
      // Set before the graph is emptied: if that fails halfway, the next projector finishes it.
      reason = `${new Date(now()).toISOString()} ${standing}`;
      await wipe(driver);
    },
  };
}
