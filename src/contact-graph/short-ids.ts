import type { LabelOf } from './instances.js';
import { int, rows, type Tx } from './neo4j.js';

/** What has ids of our own making: names of 36 characters, which nobody types. */
export type Named = 'case' | 'task' | 'alert';

const LABELS: Record<Named, string> = { case: 'Case', task: 'Task', alert: 'Alert' };

/** Characters of a UUID that are tried one after the other: its groups. */
const LENGTHS = [8, 13, 18, 23];

/** Ids that begin so, in their order. */
export async function idsLike(
  tx: Tx,
  label: LabelOf,
  kind: Named,
  beginning: string,
  limit: number,
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    tx,
    `MATCH (n:${label(LABELS[kind])}) WHERE n.id STARTS WITH $beginning RETURN n.id AS id ORDER BY id LIMIT $limit`,
    { beginning, limit: int(limit) },
  );
  return found.map(({ id }) => id);
}

/** Of those ids that name a case, a task or an alert, how short each can be and still be the only one of its kind. */
export async function shortIds(tx: Tx, label: LabelOf, ids: readonly string[]): Promise<Map<string, string>> {
  const short = new Map<string, string>();
  for (const each of Object.values(LABELS)) {
    const asked = ids.filter((id) => !short.has(id));
    if (asked.length === 0) break;
    const found = await rows<{ id: string; length: number | null }>(
      tx,
      `UNWIND $asked AS id MATCH (n:${label(each)} {id: id})
       RETURN id, [length IN $lengths WHERE
         COUNT { MATCH (other:${label(each)}) WHERE other.id STARTS WITH left(id, length) } = 1][0] AS length`,
      { asked, lengths: LENGTHS.map(int) },
    );
    for (const { id, length } of found) short.set(id, length === null ? id : id.slice(0, length));
  }
  return short;
}
