import type { Shared } from '../contact-graph/place-facts.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import type { ExposureFacts, FactorFacts } from './question-ports.js';

/**
 * Contacts of cases, for questions. Traces name people by the ids that count; but until a case is traced again after a
 * merge, its list may have several records of one person. Of these the closest contact counts, and nobody is a contact
 * of their own case.
 */

export const EXPOSURE_FACTS = `p.id AS record, c.id AS caseId, e.degree AS degree, e.first AS first, e.minutes AS minutes,
  e.rule AS rule`;

type Found = Omit<ExposureFacts, 'personId'>;
type Whose = { of: string };

/**
 * Finds the exposures of a person.
 * @param which limits them to one case, live or retracted, or to live cases of a disease.
 */
export async function exposuresOf(
  tx: Tx,
  label: LabelOf,
  personId: string,
  which: { caseId?: string; disease?: string | undefined },
): Promise<ExposureFacts[]> {
  const merged = await MergedIds.read(tx, label);
  const found = await rows<Found & Whose>(
    tx,
    // A case named by its id may be retracted.
    `UNWIND $records AS id
     MATCH (p:Person {id: id})-[e:${label('EXPOSED')}]->(c:${label('Case')})
     WHERE CASE WHEN $caseId IS NULL THEN c.status = 'live' ELSE c.id = $caseId END
       AND ($disease IS NULL OR c.disease = $disease)
     MATCH (c)-[:OF]->(o:Person)
     RETURN ${EXPOSURE_FACTS}, o.id AS of`,
    { records: merged.with(personId), caseId: which.caseId ?? null, disease: which.disease ?? null },
  );
  return closestOfEach(merged, found).sort(
    (a, b) => a.degree - b.degree || a.first - b.first || (a.caseId < b.caseId ? -1 : 1),
  );
}

/** The live cases of a disease of each of these people, whose ids are those that count; sorted by id. */
export async function liveCasesOf(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  people: readonly string[],
  disease: string,
): Promise<Map<string, string[]>> {
  const found = await rows<{ record: string; own: string[] }>(
    tx,
    `UNWIND $records AS id
     MATCH (p:Person {id: id})<-[:OF]-(own:${label('Case')} {status: 'live'}) WHERE own.disease = $disease
     RETURN p.id AS record, collect(own.id) AS own`,
    { records: people.flatMap((person) => merged.with(person)), disease },
  );
  const own = merged.byPerson(found.map((each) => [each.record, each.own]));
  return new Map([...own].map(([person, ids]) => [person, [...ids].sort()]));
}

/** Keeps the closest contact for each person and case, under the id that counts. */
export function closestOfEach<T extends Found & Whose>(merged: MergedIds, found: readonly T[]) {
  const closest = new Map<string, Omit<T, 'of'> & { personId: string }>();
  for (const { of: whose, ...each } of found) {
    const personId = merged.of(each.record);
    if (merged.of(whose) === personId) continue;
    const key = JSON.stringify([personId, each.caseId]);
    const known = closest.get(key);
    if (known && (known.degree - each.degree || known.first - each.first) <= 0) continue;
    closest.set(key, { ...each, personId });
  }
  return [...closest.values()];
}

/** Reads a page of the factors of a case, sorted by id. */
export async function factorsOf(
  tx: Tx,
  label: LabelOf,
  caseId: string,
  { after, limit }: { after: string; limit: number },
): Promise<FactorFacts[]> {
  const merged = await MergedIds.read(tx, label);
  const alone = await rows<FactorFacts>(
    tx,
    `MATCH (:${label('Case')} {id: $caseId})<-[s:${label('SHARED')}]-(p:Person) WHERE p.id > $after AND NOT p.id IN $merged
     RETURN p.id AS personId, s.what AS shared, s.since AS since ORDER BY p.id LIMIT $limit`,
    { caseId, after, merged: merged.all(), limit: int(limit) },
  );
  const several = (await factorsAmong(tx, label, merged, caseId, merged.all())).filter(
    ({ personId }) => personId > after,
  );
  return [...alone, ...several].sort((a, b) => (a.personId < b.personId ? -1 : 1)).slice(0, limit);
}

/** What somebody shares with a case; empty for a contact of degree 1, and for strangers. */
export async function sharedWith(tx: Tx, label: LabelOf, personId: string, caseId: string): Promise<Shared[]> {
  const merged = await MergedIds.read(tx, label);
  const [found] = await factorsAmong(tx, label, merged, caseId, merged.with(personId));
  return found?.shared ?? [];
}

/** Finds factors among these records. @param records must include all records of each person. */
async function factorsAmong(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  caseId: string,
  records: readonly string[],
): Promise<FactorFacts[]> {
  if (records.length === 0) return [];
  const found = await rows<{ record: string; of: string; close: boolean; shared: Shared[]; since: number | null }>(
    tx,
    `MATCH (c:${label('Case')} {id: $caseId})-[:OF]->(o:Person)
     UNWIND $records AS id
     MATCH (p:Person {id: id})-[s:${label('SHARED')}|${label('EXPOSED')}]->(d) WHERE d.id = $caseId
     RETURN p.id AS record, o.id AS of, coalesce(s.degree, 0) = 1 AS close, coalesce(s.what, []) AS shared,
            s.since AS since`,
    { caseId, records },
  );
  const people = merged.byPerson(found.map((each) => [each.record, [each]]));
  return [...people].flatMap(([personId, links]) => {
    const factors = links.flatMap(({ since, shared }) => (since === null ? [] : [{ since, shared }]));
    // An F1, and the person of the case, has no factor in addition.
    const none = factors.length === 0 || links.some(({ close, of: whose }) => close || merged.of(whose) === personId);
    if (none) return [];
    const shared = [...new Set(factors.flatMap((each) => each.shared))].sort();
    return [{ personId, shared, since: Math.min(...factors.map(({ since }) => since)) }];
  });
}
