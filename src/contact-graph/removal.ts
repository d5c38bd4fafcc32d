import type { Driver } from './driver.js';
import { baseOf, kindOf } from './instances.js';
import { inTransaction, int, rows } from './neo4j.js';

const REMOVED_AT_ONCE = 20_000;

/** Removes all nodes, relationships and property keys with these names, part by part, until the signal aborts. */
export async function removeRows(driver: Driver, names: readonly string[], signal: AbortSignal): Promise<void> {
  for (const removal of removalsOf(names)) {
    for (let removed = -1; removed !== 0 && !signal.aborted;) removed = await removePart(driver, removal);
  }
}

/** Relationships come first: a node may have too many for removing it in one transaction. */
function removalsOf(names: readonly string[]): string[] {
  const of = (kind: string) => names.filter((name) => kindOf(baseOf(name)) === kind);
  return [
    ...of('relationship').map((type) => `MATCH ()-[r:\`${type}\`]->() WITH r LIMIT $limit DELETE r`),
    ...of('key').map((name) => {
      const [label = '', key = ''] = name.split('.');
      return `MATCH (r:\`${label}\`) WHERE r.\`${key}\` IS NOT NULL WITH r LIMIT $limit REMOVE r.\`${key}\``;
    }),
    ...of('label').map((label) => `MATCH (r:\`${label}\`) WITH r LIMIT $limit DETACH DELETE r`),
  ];
}

async function removePart(driver: Driver, removal: string): Promise<number> {
  return inTransaction(driver, 'write', async (tx) => {
    const [row] = await rows<{ count: number }>(tx, `${removal} RETURN count(r) AS count`, {
      limit: int(REMOVED_AT_ONCE),
    });
    return row?.count ?? 0;
  });
}
