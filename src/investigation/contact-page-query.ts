import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import { closestOfEach, EXPOSURE_FACTS } from './contact-queries.js';
import type { ContactFacts, ContactPage, ContactPlace } from './question-ports.js';

type Found = Omit<ContactFacts, 'personId'> & { record: string; caseId: string };

const inOrder = (a: ContactFacts, b: ContactFacts): number => a.degree - b.degree || (a.personId < b.personId ? -1 : 1);

/** As `QuestionGraph` has it. */
export async function contactsOf(
  tx: Tx,
  label: LabelOf,
  caseId: string,
  { degree, after = [0, ''], limit }: { degree?: number | undefined; after?: ContactPlace | undefined; limit: number },
): Promise<ContactPage | undefined> {
  const [afterDegree, afterPerson] = after;
  // Sent together: one round trip.
  const [merged, records] = await Promise.all([MergedIds.read(tx, label), countRecords(tx, label, caseId)]);
  if (!records) return undefined;
  const { found, closest } = await contactsOfSeveral(tx, label, merged, caseId);
  const wanted = (each: number) => (degree === undefined || each === degree) && each >= afterDegree;
  const from = (each: number) => (each === afterDegree ? afterPerson : '');

  const alone: ContactFacts[] = [];
  // One degree at a time: the closest contacts are few, and sorting tens of thousands of others with them is not
  // needed.
  for (const each of [...records.keys()].filter(wanted).sort((a, b) => a - b)) {
    if (alone.length >= limit) break;
    alone.push(...(await contactsAlone(tx, label, merged, caseId, { degree: each, after: from(each), limit })));
  }
  const several = closest.filter((each) => wanted(each.degree) && each.personId > from(each.degree));
  for (const each of found) records.set(each.degree, (records.get(each.degree) ?? 0) - 1);
  for (const each of closest) records.set(each.degree, (records.get(each.degree) ?? 0) + 1);
  return {
    contacts: [...alone, ...several].sort(inOrder).slice(0, limit),
    counts: [...records]
      .filter(([, count]) => count > 0)
      .map(([of, count]) => ({ degree: of, count }))
      .sort((a, b) => a.degree - b.degree),
  };
}

/** Contacts with one record only, sorted by id. */
async function contactsAlone(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  caseId: string,
  { degree, after, limit }: { degree: number; after: string; limit: number },
): Promise<ContactFacts[]> {
  const found = await rows<Found>(
    tx,
    `MATCH (c:${label('Case')} {id: $caseId})
     WITH c MATCH (c)<-[e:${label('EXPOSED')}]-(p)
     WHERE e.degree = $degree AND p.id > $after AND NOT p.id IN $merged
     WITH c, e, p ORDER BY p.id LIMIT $limit
     RETURN ${EXPOSURE_FACTS}, e.last AS last`,
    { caseId, degree: int(degree), after, merged: merged.all(), limit: int(limit) },
  );
  return found.map((each) => ({ ...each, personId: each.record }));
}

/** Records, not people, by degree; undefined while no trace is completed. */
async function countRecords(tx: Tx, label: LabelOf, caseId: string): Promise<Map<number, number> | undefined> {
  const [found] = await rows<{ trace: string | null; counted: [number, number][] }>(
    tx,
    `MATCH (c:${label('Case')} {id: $caseId})
     RETURN c.trace AS trace,
            COLLECT { MATCH (c)<-[e:${label('EXPOSED')}]-() WITH e.degree AS degree, count(e) AS count
                      RETURN [degree, count] } AS counted`,
    { caseId },
  );
  return found?.trace ? new Map(found.counted) : undefined;
}

/** Contacts of a case who have several records; they are few. */
async function contactsOfSeveral(tx: Tx, label: LabelOf, merged: MergedIds, caseId: string) {
  if (merged.none) return { found: [], closest: [] };
  const found = await rows<Found & { of: string }>(
    tx,
    // Starts from the people: a case has many contacts, but a person is a contact of few cases.
    `UNWIND $records AS id
     MATCH (p:Person {id: id})-[e:${label('EXPOSED')}]->(c) WHERE c.id = $caseId
     MATCH (c)-[:OF]->(o:Person)
     RETURN ${EXPOSURE_FACTS}, e.last AS last, o.id AS of`,
    { records: merged.all(), caseId },
  );
  return { found, closest: closestOfEach(merged, found) };
}
