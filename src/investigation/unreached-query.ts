import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import type { UnreachedFacts } from './question-ports.js';

export interface UnreachedPage {
  degree?: number | undefined;
  /** The last item of the page before: its case, which is the first of those asked for, and its person. */
  after: { caseId: string; personId: string };
  limit: number;
}

/** Finds contacts who were not notified, case by case and sorted by id. */
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
      // Most contacts were notified and are excluded at once, so that alerts are looked up only for the others.
      `CALL () {
         MATCH (a:${label('Alert')} {caseId: $caseId}) WHERE a.status IN ['sent', 'delivered']
         RETURN collect(a.personId) AS told
       }
       MATCH (c:${label('Case')} {id: $caseId}) WHERE c.status = 'live'
       // Start from the case, and give p no label: otherwise the planner scans all people after $after by id.
       WITH c, told MATCH (c)<-[e:${label('EXPOSED')}]-(p)
       WHERE p.id > $after AND ($degree IS NULL OR e.degree = $degree) AND NOT p.id IN told AND NOT p.id IN $merged
       WITH c, e, p ORDER BY p.id
       CALL (c, p) {
         OPTIONAL MATCH (a:${label('Alert')} {personId: p.id}) WHERE a.caseId = c.id AND a.status <> 'withdrawn'
         RETURN a ORDER BY a.sequence DESC LIMIT 1
       }
       // A covered alert counts like the alert that covers it, even if that was withdrawn for its own person.
       OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
       WITH c, p, e, a, coalesce(holder, a) AS effective
       WHERE effective IS NULL OR NOT coalesce(effective.told, false)
       RETURN c.id AS caseId, p.id AS personId, e.degree AS degree, e.first AS first, a.id AS alertId,
              effective.status AS status, effective.reason AS reason, effective.changedAt AS changedAt
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
 * Contacts with several records who were notified under none of them: an alert sent before a merge went to the person,
 * under whichever record. There are few.
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
     // Start from the person, and give c no label: otherwise the planner starts from the case, which has many contacts.
     MATCH (p:Person {id: id})-[e:${label('EXPOSED')}]->(c) WHERE c.id IN $caseIds AND c.status = 'live'
     MATCH (c)-[:OF]->(o)
     RETURN p.id AS record, o.id AS of, c.id AS caseId, e.degree AS degree, e.first AS first ORDER BY degree, first`,
    { records: merged.all(), caseIds },
  );
  const contacts = new Map<string, { personId: string; caseId: string; degree: number; first: number }>();
  for (const { record, of: whose, caseId, degree, first } of exposures) {
    const personId = merged.of(record);
    const key = JSON.stringify([caseId, personId]);
    // The closest contact comes first. Nobody is a contact of their own case.
    if (merged.of(whose) !== personId && !contacts.has(key)) contacts.set(key, { personId, caseId, degree, first });
  }
  const asked = [...contacts.values()];
  if (asked.length === 0) return [];
  const alerts = await alertsOfEach(tx, label, merged, asked);
  return asked.flatMap((contact, i) => {
    const own = alerts[i] ?? [];
    if (own.some(({ told }) => told)) return [];
    const { alertId = null, status = null, reason = null, changedAt = null } = own[0] ?? {};
    return [{ ...contact, alertId, status, reason, changedAt }];
  });
}

/** As `QuestionGraph` has it. */
export async function failedAmong(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  caseId: string,
  people: readonly string[],
): Promise<Map<string, string>> {
  const failed = new Map<string, string>();
  for (let from = 0; from < people.length; from += AT_ONCE) {
    const asked = people.slice(from, from + AT_ONCE).map((personId) => ({ personId, caseId }));
    const alerts = await alertsOfEach(tx, label, merged, asked);
    asked.forEach(({ personId }, i) => {
      const own = alerts[i] ?? [];
      const [last] = own;
      if (last?.status === 'failed' && !own.some(({ told }) => told)) failed.set(personId, last.reason ?? 'failed');
    });
  }
  return failed;
}

/** Most contacts whose alerts one query looks up. */
const AT_ONCE = 10_000;

/** For each contact, its alerts that were not withdrawn, or the alerts that cover them; the first one counts. */
async function alertsOfEach(
  tx: Tx,
  label: LabelOf,
  merged: MergedIds,
  asked: readonly { personId: string; caseId: string }[],
): Promise<AlertRow[][]> {
  const found = await rows<AlertRow>(
    tx,
    `UNWIND $asked AS row
     // Look alerts up by person: a person has few, a case has many.
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId)
     WHERE a.caseId = row[1] AND a.status <> 'withdrawn'
     OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
     WITH row, a, coalesce(holder, a) AS effective
     RETURN row[0] AS contact, row[3] AS counts, a.sequence AS sequence, a.id AS alertId, effective.status AS status,
            coalesce(effective.told, false) AS told,
            effective.reason AS reason, effective.changedAt AS changedAt
     ORDER BY contact, counts DESC, sequence DESC`,
    {
      asked: asked.flatMap(({ personId, caseId }, i) =>
        merged.with(personId).map((record) => [int(i), caseId, record, record === personId]),
      ),
    },
  );
  const alerts: AlertRow[][] = asked.map(() => []);
  for (const each of found) alerts[each.contact]?.push(each);
  return alerts;
}

interface AlertRow extends Pick<UnreachedFacts, 'alertId' | 'status' | 'reason' | 'changedAt'> {
  /** Index of the contact in the query. */
  contact: number;
  /** A message was sent and not taken back. */
  told: boolean;
  /** The alert is under the id that counts. */
  counts: boolean;
  sequence: number;
}
