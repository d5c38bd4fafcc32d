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

/** The shortest form of each id of this kind that is unambiguous within it; other ids are omitted. */
export async function shortIds(
  tx: Tx,
  label: LabelOf,
  kind: Named,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const of = label(LABELS[kind]);
  const found = await rows<{ id: string; length: number | null }>(
    tx,
    `UNWIND $ids AS id MATCH (n:${of} {id: id})
     RETURN id, [length IN $lengths WHERE
       COUNT { MATCH (other:${of}) WHERE other.id STARTS WITH left(id, length) } = 1][0] AS length`,
    { ids, lengths: LENGTHS.map(int) },
  );
  return new Map(found.map(({ id, length }) => [id, length === null ? id : id.slice(0, length)]));
}
