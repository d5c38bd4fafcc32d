import { LATEST_INSTANT } from '../kernel/instant.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import type { CaseListFacts, CaseListPage } from './question-ports.js';

/** Sorts after every id, so that a list without a cursor starts with all cases of the latest instant. */
const LAST_ID = '\u{10ffff}';

/** Cases, those that fell ill last before the others. */
export async function casesOn(tx: Tx, label: LabelOf, page: CaseListPage): Promise<CaseListFacts[]> {
  const { disease, status, from, openedFrom, after, limit } = page;
  const found = await rows<Omit<CaseListFacts, 'personId' | 'records'> & { record: string }>(
    tx,
    // A stretch of the index, from its end on: what the page leaves out is passed over on the way.
    `MATCH (c:${label('Case')})
     WHERE c.since >= $from AND c.since <= $until AND c.id IS NOT NULL AND (c.since < $until OR c.id < $id)
       AND ($disease IS NULL OR c.disease = $disease) AND ($status IS NULL OR c.status = $status)
       AND c.openedAt >= $openedFrom
     WITH c ORDER BY c.since DESC, c.id DESC LIMIT $limit
     MATCH (c)-[:OF]->(p:Person)
     RETURN c.id AS caseId, p.id AS record, c.disease AS disease, c.status AS status, c.from AS from,
            c.until AS until, c.anchor AS anchor, c.since AS since, c.openedAt AS openedAt, c.counts AS counts,
            c.due AS due
     ORDER BY since DESC, caseId DESC`,
    {
      ...{ disease: disease ?? null, status: status ?? null, from: int(from), openedFrom: int(openedFrom) },
      ...{ until: int(after?.since ?? LATEST_INSTANT), id: after?.id ?? LAST_ID, limit: int(limit) },
    },
  );
  const merged = await MergedIds.read(tx, label);
  return found.map(({ record, ...facts }) => {
    const [personId, ...records] = merged.with(record) as [string, ...string[]];
    return { ...facts, personId, records };
  });
}
