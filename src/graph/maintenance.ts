import type { Driver } from 'neo4j-driver';
import { inTransaction, int, ints, rows } from './neo4j.js';
import { numberOfKey, type VisitKey } from './visit-key.js';

const WIPED_AT_ONCE = 20_000;

/** Removes everything that is derived from the log; what stays are the constraints and which migrations ran. */
export async function wipe(driver: Driver, say: (removed: number) => void = () => undefined): Promise<void> {
  // The record of the graph goes first: a projector that still runs notices, and whoever comes next starts anew.
  await driver.executeQuery('MATCH (n:Graph) DETACH DELETE n');
  await driver.executeQuery('MATCH (n:Checkpoint) DETACH DELETE n');
  let removed = 0;
  for (const step of [
    'MATCH ()-[r:AT]->() WITH r LIMIT $limit DELETE r RETURN count(r) AS count',
    'MATCH ()-[r]->() WITH r LIMIT $limit DELETE r RETURN count(r) AS count',
    'MATCH (n) WHERE NOT n:Migration WITH n LIMIT $limit DETACH DELETE n RETURN count(n) AS count',
  ]) {
    for (;;) {
      const count = await inTransaction(driver, 'write', async (tx) => {
        const [row] = await rows<{ count: number }>(tx, step, { limit: int(WIPED_AT_ONCE) });
        return row?.count ?? 0;
      });
      if (count === 0) break;
      removed += count;
      say(removed);
    }
  }
}

/** The visits at these places of which no check-out is known. */
export async function openVisitsAt(
  driver: Driver,
  places: readonly number[],
): Promise<{ visit: VisitKey; person: number }[]> {
  const found = await inTransaction(driver, 'read', (tx) =>
    rows<{ key: number; person: number }>(
      tx,
      `UNWIND $places AS place
       MATCH (:Place {number: place})<-[:IN]-(:Slot)<-[a:AT]-(p:Person) WHERE a.open
       RETURN DISTINCT a.v AS key, p.number AS person`,
      { places: ints(places) },
    ),
  );
  return found.map(({ key, person }) => ({ visit: { key, number: numberOfKey(key) }, person }));
}
