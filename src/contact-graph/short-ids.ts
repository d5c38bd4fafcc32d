import type { LabelOf } from './instances.js';
import { int, rows, type Tx } from './neo4j.js';

/** Kinds of things with generated ids: 36 characters, too long to type. */
export type Named = 'case' | 'task' | 'alert';

const LABELS: Record<Named, string> = { case: 'Case', task: 'Task', alert: 'Alert' };

/** Lengths of a UUID's beginning to try in turn: each ends with one of its groups. */
const LENGTHS = [8, 13, 18, 23];

/** Ids with this beginning, in order. */
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

/** The shortest unambiguous form of each id of a case, task or alert, unique within its kind; other ids are omitted. */
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
