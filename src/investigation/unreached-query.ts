import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import type { UnreachedFacts } from './question-ports.js';

export interface UnreachedPage {
  degree?: number | undefined;
  /** What came last: the case that is the first of those asked for, and a person. */
  after: { caseId: string; personId: string };
  limit: number;
}

/** Contacts of cases who were not told, case by case and in the order of ids. */
export async function unreachedOf(
  tx: Tx,
  label: LabelOf,
  caseIds: readonly string[],
  { degree, after, limit }: UnreachedPage,
): Promise<UnreachedFacts[]> {
  const merged = await MergedIds.read(tx, label);
  const several = await ofSeveralRecords(tx, label, merged, caseIds);
  const found: UnreachedFacts[] = [];
  for (const caseId of caseIds) {
    const from = caseId === after.caseId ? after.personId : '';
    const wanted = limit - found.length;
    const alone = await rows<UnreachedFacts>(
      tx,
      // Most were told, and are set aside at once: only of the others the alert is looked up.
      `CALL () {
         MATCH (a:${label('Alert')} {caseId: $caseId}) WHERE a.status IN ['sent', 'delivered']
         RETURN collect(a.personId) AS told
       }
       MATCH (c:${label('Case')} {id: $caseId}) WHERE c.status = 'live'
       // Without a label, from the case: everyone beyond an id would be gone through in the order of ids otherwise.
       WITH c, told MATCH (c)<-[e:${label('EXPOSED')}]-(p)
       WHERE p.id > $after AND ($degree IS NULL OR e.degree = $degree) AND NOT p.id IN told AND NOT p.id IN $merged
       WITH c, e, p ORDER BY p.id
       CALL (c, p) {
         OPTIONAL MATCH (a:${label('Alert')} {personId: p.id}) WHERE a.caseId = c.id AND a.status <> 'withdrawn'
         RETURN a ORDER BY a.sequence DESC LIMIT 1
       }
       // Whoever another alert covers was told as far as that one was: it may have been withdrawn for its own person.
       OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
       WITH c, p, e, a, coalesce(holder, a) AS said
       WHERE said IS NULL OR NOT coalesce(said.told, false)
       RETURN c.id AS caseId, p.id AS personId, e.degree AS degree, e.first AS first, a.id AS alertId,
              said.status AS status, said.reason AS reason, said.changedAt AS changedAt
       LIMIT $limit`,
      {
        ...{ caseId, degree: degree === undefined ? null : int(degree), after: from, limit: int(wanted) },
        merged: merged.all(),
      },
    );
    const joined = several.filter(
      (each) => each.caseId === caseId && each.personId > from && (degree === undefined || each.degree === degree),
    );
    const ordered = [...alone, ...joined].sort((a, b) => (a.personId < b.personId ? -1 : 1));
    found.push(...ordered.slice(0, wanted));
    if (found.length === limit) break;
  }
  return found;
}

/**
 * Contacts of several records who were not told under any of them: what was sent before a merge went to the person, under
 * whichever record. They are few.
 */
async function ofSeveralRecords(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  caseIds: readonly string[],
): Promise<UnreachedFacts[]> {
  if (merged.none) return [];
  const exposures = await rows<{ record: string; of: string; caseId: string; degree: number; first: number }>(
    tx,
    `UNWIND $records AS id
     // From the people's side, which the other one's label would turn round: a case has many contacts.
     MATCH (p:Person {id: id})-[e:${label('EXPOSED')}]->(c) WHERE c.id IN $caseIds AND c.status = 'live'
     MATCH (c)-[:OF]->(o)
     RETURN p.id AS record, o.id AS of, c.id AS caseId, e.degree AS degree, e.first AS first ORDER BY degree, first`,
    { records: merged.all(), caseIds },
  );
  const contacts = new Map<string, { personId: string; caseId: string; degree: number; first: number }>();
  for (const { record, of: whose, caseId, degree, first } of exposures) {
    const personId = merged.of(record);
    const key = JSON.stringify([caseId, personId]);
    // The closest comes first. Nobody is a contact of a case of their own.
    if (merged.of(whose) !== personId && !contacts.has(key)) contacts.set(key, { personId, caseId, degree, first });
  }
  const asked = [...contacts.values()];
  if (asked.length === 0) return [];
  const saidTo = await saidAbout(tx, label, merged, asked);
  return asked.flatMap((contact, i) => {
    const said = saidTo[i] ?? [];
    if (said.some(({ told }) => told)) return [];
    const { alertId = null, status = null, reason = null, changedAt = null } = said[0] ?? {};
    return [{ ...contact, alertId, status, reason, changedAt }];
  });
}

/** As `QuestionGraph` has it. */
export async function failedAmong(
  tx: Tx,
  label: LabelOf,
  caseId: string,
  people: readonly string[],
): Promise<Map<string, string>> {
  const merged = await MergedIds.read(tx, label);
  const failed = new Map<string, string>();
  for (let from = 0; from < people.length; from += AT_ONCE) {
    const asked = people.slice(from, from + AT_ONCE).map((personId) => ({ personId, caseId }));
    const saidTo = await saidAbout(tx, label, merged, asked);
    asked.forEach(({ personId }, i) => {
      const said = saidTo[i] ?? [];
      const [last] = said;
      if (last?.status === 'failed' && !said.some(({ told }) => told)) failed.set(personId, last.reason ?? 'failed');
    });
  }
  return failed;
}

/** Contacts whose alerts are looked up by one query. */
const AT_ONCE = 10_000;

/** Of each contact what stands of its alerts, or of those that cover them; the first is the one that counts. */
async function saidAbout(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  asked: readonly { personId: string; caseId: string }[],
): Promise<AlertRow[][]> {
  const alerts = await rows<AlertRow>(
    tx,
    `UNWIND $asked AS row
     // A case has many alerts, a person few.
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId)
     WHERE a.caseId = row[1] AND a.status <> 'withdrawn'
     OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
     WITH row, a, coalesce(holder, a) AS said
     RETURN row[0] AS contact, row[3] AS counts, a.sequence AS sequence, a.id AS alertId, said.status AS status,
            coalesce(said.told, false) AS told,
            said.reason AS reason, said.changedAt AS changedAt
     ORDER BY contact, counts DESC, sequence DESC`,
    {
      asked: asked.flatMap(({ personId, caseId }, i) =>
        merged.with(personId).map((record) => [int(i), caseId, record, record === personId]),
      ),
    },
  );
  const saidTo: AlertRow[][] = asked.map(() => []);
  for (const each of alerts) saidTo[each.contact]?.push(each);
  return saidTo;
}

interface AlertRow extends Pick<UnreachedFacts, 'alertId' | 'status' | 'reason' | 'changedAt'> {
  /** Of those asked for. */
  contact: number;
  /** A message went, and was not taken back. */
  told: boolean;
  /** It is under the id that counts. */
  counts: boolean;
  sequence: number;
}
