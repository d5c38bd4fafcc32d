import { allProfiles, isWithinOwnCase, type DiseaseProfile } from '../cases/index.js';
import type { ContactOf } from './task-ports.js';
import { readInstant } from '../kernel/instant.js';
import type { Calendar } from '../kernel/calendar.js';
import {
  lastKnownExposure,
  taskOfToldWrongly,
  tasksOf,
  type AlertOutcome,
  type Situation,
  type Task,
  type ToldWrongly,
} from './task.js';
import type { EventStore } from '../event-log/event-store.js';
import { taskIdOf } from '../kernel/ids.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';

/** Contacts whose tasks are made anew by one round of queries. */
const AT_ONCE = 2_000;

/** With what tasks are made. */
export interface Means {
  tx: Tx;
  store: EventStore;
  calendar: Calendar;
  /** How a label is named in queries. */
  label: LabelOf;
}

interface Asked extends ContactOf {
  /** Of the person; the first is the one that counts. */
  records: string[];
}

/**
 * Makes the tasks of contacts anew from all that the graph holds of them: contact, alerts, samples, answers and what was
 * done. Nothing is added up, so that it may be done as often as one likes and in any order.
 */
export async function refreshTasks(means: Means, pairs: readonly ContactOf[]): Promise<void> {
  if (pairs.length === 0) return;
  const merged = await MergedIds.read(means.tx, means.label);
  const asked = new Map<string, Asked>();
  for (const { caseId, personId } of pairs) {
    const records = merged.with(personId);
    const counting = records[0] ?? personId;
    asked.set(JSON.stringify([caseId, counting]), { caseId, personId: counting, records });
  }
  const all = [...asked.values()];
  for (let i = 0; i < all.length; i += AT_ONCE) {
    await refresh(means, merged, all.slice(i, i + AT_ONCE));
  }
}

async function refresh(means: Means, merged: MergedIds, asked: readonly Asked[]): Promise<void> {
  const { tx, calendar, label } = means;
  const { situations, strangers } = await situationsOf(means, merged, asked);
  const toldWrongly = await toldWronglyAmong(
    tx,
    label,
    pairsOf(asked).filter(([i]) => strangers.has(i)),
  );
  const closed = await closedAmong(tx, label, asked);
  const formerlyClosed = (id: string) => closed.get(id)?.neverDue === true;
  const kept: [string, string[], string[]][] = [];
  const written: [string, Record<string, unknown>][] = [];
  asked.forEach(({ caseId, personId, records }, i) => {
    const situation = situations.get(i);
    const wrongly = toldWrongly.get(i);
    const degree = int(situation?.degree ?? wrongly?.degree ?? 1);
    const ids: string[] = [];
    const tasks = situation ? tasksOf(situation, calendar) : wrongly ? [taskOfToldWrongly(wrongly)] : [];
    for (const task of tasks) {
      const idOf = (record: string, what = task.what) => taskIdOf(task.kind, caseId, record, what);
      // One that was closed before days were those of the zone keeps the name under which it was.
      const { formerly } = task;
      const old = formerly === undefined ? undefined : records.find((record) => formerlyClosed(idOf(record, formerly)));
      const id = old === undefined ? idOf(personId) : idOf(old, formerly);
      ids.push(id);
      // What was done before a merge was done about the person, under whichever record.
      const isClosed = old !== undefined || records.some((record) => closed.has(idOf(record)));
      const facts = { ...factsOf(task, isClosed), formerly: old === undefined ? null : true };
      written.push([id, { caseId, personId, degree, ...facts }]);
    }
    kept.push([caseId, records, ids]);
  });
  const gone = `UNWIND $kept AS row UNWIND row[1] AS record
     MATCH (t:${label('Task')} {personId: record}) WHERE t.caseId = row[0] AND NOT t.id IN row[2]`;
  await tx.run(`${gone} AND t.closed SET t.state = null, t.due = null`, { kept });
  await tx.run(`${gone} AND t.closed IS NULL DETACH DELETE t`, { kept });
  await tx.run(`UNWIND $written AS row MERGE (t:${label('Task')} {id: row[0]}) SET t += row[1]`, { written });
}

function factsOf({ kind, due, since, days, reason, alertId, done }: Task, closed: boolean): Record<string, unknown> {
  return {
    ...{ kind, days, reason, alertId },
    ...{ due: int(due), since: int(since), state: closed ? 'closed' : done ? 'done' : 'open' },
  };
}

/**
 * By index of those asked for; whoever is no contact of a live case, or has the disease, has none. The former are the
 * `strangers`.
 */
async function situationsOf(
  { tx, store, calendar, label }: Means,
  merged: MergedIds,
  asked: readonly Asked[],
): Promise<{ situations: Map<number, Situation>; strangers: Set<number> }> {
  const pairs = pairsOf(asked);
  const contacts = await rows<Contact>(
    tx,
    // From the people's side: a case has many contacts, a person is a contact of few cases.
    `UNWIND $pairs AS row
     MATCH (p:Person {id: row[2]})-[e:${label('EXPOSED')}]->(c:${label('Case')}) WHERE c.id = row[1] AND c.status = 'live'
     MATCH (c)-[:OF]->(o:Person)
     RETURN row[0] AS i, e.degree AS degree, e.first AS first, e.last AS last, e.rule AS rule,
            c.disease AS disease, o.id AS of ORDER BY i, degree, first`,
    { pairs },
  );
  const rules = await rulesOf(store, new Set(contacts.map(({ rule }) => rule)));
  const found: Found = new Map();
  for (const { i, degree, first, last, rule, disease, of: whose } of contacts) {
    const pair = asked[i];
    // The closest comes first. Nobody is a contact of a case of their own.
    if (!pair || found.has(i) || merged.of(whose) === pair.personId) continue;
    const profile = rules.get(rule);
    found.set(i, {
      ...{ caseId: pair.caseId, personId: pair.personId, degree, first, last, rules: profile },
      ...{ alerts: [], samples: [], symptoms: [] },
      ...{ disease, reinfectionDays: profile?.reinfectionDays },
    });
  }
  const ofContacts = pairs.filter(([i]) => found.has(i));
  await addAlerts(tx, label, ofContacts, found);
  await addAnswers(tx, label, ofContacts, found);
  // Last, since whoever has the disease is left out.
  await addSamples({ tx, calendar, label }, ofContacts, found);
  const known = new Set(contacts.map(({ i }) => i));
  return { situations: found, strangers: new Set([...asked.keys()].filter((i) => !known.has(i))) };
}

interface Contact {
  i: number;
  degree: number;
  first: number;
  last: number | null;
  rule: string;
  disease: string;
  of: string;
}

/** Index of a contact, its case, one record of the person. */
export type Pair = [number, string, string];

interface Gathered extends Situation {
  alerts: AlertOutcome[];
  samples: number[];
  symptoms: Situation['symptoms'][number][];
  disease: string;
  /** Undefined where the rules are not known any more. */
  reinfectionDays: number | undefined;
}
type Found = Map<number, Gathered>;

function pairsOf(asked: readonly Asked[]): Pair[] {
  return asked.flatMap(({ caseId, records }, i) => records.map((record): Pair => [i, caseId, record]));
}

async function addAlerts(tx: Tx, label: LabelOf, pairs: readonly Pair[], found: Found): Promise<void> {
  for (const { i, alertId, through, degree, reason, status, changedAt } of await alertsOf(tx, label, pairs)) {
    const at = readInstant(changedAt);
    found.get(i)?.alerts.push({ alertId, through, told: status !== 'failed', degree, reason, at });
  }
}

/** Of people who are no contacts: by index, what they were told last and could not be told otherwise. */
async function toldWronglyAmong(tx: Tx, label: LabelOf, pairs: readonly Pair[]): Promise<Map<number, ToldWrongly>> {
  if (pairs.length === 0) return new Map();
  const alerts = await rows<Omit<ToldWrongly, 'at'> & { i: number; changedAt: string }>(
    tx,
    `UNWIND $pairs AS row
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId) WHERE a.caseId = row[1]
     WITH row, a ORDER BY a.sequence DESC
     WITH row, collect(a)[0] AS last
     OPTIONAL MATCH (holder:${label('Alert')} {id: last.by})
     WITH row, row[0] AS i, last, coalesce(holder, last) AS said
     // Whoever is a case of the disease is not told that all is well.
     WHERE last.status = 'withdrawn' AND said.takeBackFailed AND NOT EXISTS {
       MATCH (c:${label('Case')} {id: row[1]}), (:Person {id: row[2]})<-[:OF]-(own:${label('Case')} {status: 'live'}) WHERE own.disease = c.disease
     }
     RETURN i, last.id AS alertId, said.id AS through, last.degree AS degree, said.changedAt AS changedAt
     ORDER BY alertId`,
    { pairs },
  );
  return new Map(alerts.map(({ i, changedAt, ...alert }) => [i, { ...alert, at: readInstant(changedAt) }]));
}

interface AlertOf extends Omit<AlertOutcome, 'told' | 'at'> {
  /** Index of the contact. */
  i: number;
  /** Of the alert that speaks for it. */
  status: 'sent' | 'delivered' | 'failed';
  requestedAt: string;
  changedAt: string;
}

/** What contacts were told, or could not be, under these records. */
export function alertsOf(tx: Tx, label: LabelOf, pairs: readonly Pair[]): Promise<AlertOf[]> {
  return rows(
    tx,
    `UNWIND $pairs AS row
     // A case has many alerts, a person few.
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId)
     WHERE a.caseId = row[1] AND a.status <> 'withdrawn'
     // Whoever another alert covers was told as far as that one was.
     OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
     WITH row, a, coalesce(holder, a) AS said,
          // Its own person is no contact any more, and what it told stands for those whom it covers.
          holder.status = 'withdrawn' AND holder.told AS stands
     WHERE said.status IN ['sent', 'delivered', 'failed'] OR stands
     RETURN row[0] AS i, a.id AS alertId, said.id AS through, a.degree AS degree,
            CASE WHEN stands THEN 'sent' ELSE said.status END AS status,
            coalesce(said.reason, 'refused') AS reason, said.requestedAt AS requestedAt, said.changedAt AS changedAt
     ORDER BY alertId`,
    { pairs },
  );
}

/** Of an answer `a`: of how many people it is, where it is not of one alone. */
export const OF_PHONE = 'CASE WHEN a.people IS NULL THEN null ELSE {people: a.people, ill: a.ill} END';

async function addAnswers(tx: Tx, label: LabelOf, pairs: readonly Pair[], found: Found): Promise<void> {
  const answers = await rows<Situation['symptoms'][number] & { i: number }>(
    tx,
    // Once, also where it speaks for two records that were merged since.
    `UNWIND $pairs AS row
     MATCH (a:${label('Answer')} {personId: row[2]}) WHERE a.caseId = row[1]
     RETURN DISTINCT row[0] AS i, a.alertId AS alertId, a.at AS at, a.symptoms AS symptoms,
            ${OF_PHONE} AS phone ORDER BY alertId`,
    { pairs },
  );
  for (const { i, ...answer } of answers) found.get(i)?.symptoms.push(answer);
}

/** Samples of the contacts; those of the disease who are cases themselves are looked after as such. */
async function addSamples(
  { tx, calendar, label }: Omit<Means, 'store'>,
  pairs: readonly Pair[],
  found: Found,
): Promise<void> {
  const all = await rows<{ i: number; disease: string; taken: number; ill: boolean }>(
    tx,
    `UNWIND $pairs AS row
     MATCH (p:Person {id: row[2]})<-[:OF]-(n)
     WHERE (n:${label('Test')} AND n.outcome <> 'retracted' AND NOT coalesce(n.retest, false)) OR (n:${label('Case')} AND n.status = 'live')
     RETURN row[0] AS i, n.disease AS disease, n:${label('Case')} AS ill,
            // The days of a case's person count from the sample, as they do for alerts: an onset comes before it.
            CASE WHEN n.anchor > n.collectedAt THEN n.anchor ELSE n.collectedAt END AS taken`,
    { pairs },
  );
  for (const { i, disease, taken, ill } of all) {
    const situation = found.get(i);
    if (situation?.disease !== disease) continue;
    if (!ill) situation.samples.push(taken);
    else if (isWithinOwnCase(taken, lastKnownExposure(situation), situation.reinfectionDays, calendar)) found.delete(i);
  }
}

/** Those that were closed, by id; `neverDue` are those that no rule has named since the graph was made. */
async function closedAmong(
  tx: Tx,
  label: LabelOf,
  asked: readonly Asked[],
): Promise<Map<string, { neverDue: boolean }>> {
  const closed = await rows<{ id: string; neverDue: boolean }>(
    tx,
    `UNWIND $pairs AS row
     MATCH (t:${label('Task')} {personId: row[2]}) WHERE t.caseId = row[1] AND t.closed
     RETURN t.id AS id, t.since IS NULL OR coalesce(t.formerly, false) AS neverDue`,
    { pairs: pairsOf(asked) },
  );
  return new Map(closed.map(({ id, neverDue }) => [id, { neverDue }]));
}

const known = new WeakMap<EventStore, Map<string, DiseaseProfile>>();

/** Another log may have other profiles. */
export function forgetRules(store: EventStore): void {
  known.delete(store);
}

/** By id and version, as contacts name them; a version names one set of rules for ever. */
async function rulesOf(store: EventStore, wanted: ReadonlySet<string>): Promise<Map<string, DiseaseProfile>> {
  const before = known.get(store);
  if (before && [...wanted].every((rule) => before.has(rule))) return before;
  const profiles = await allProfiles(store);
  const rules = new Map(profiles.map((profile) => [`${profile.id}@${profile.version}`, profile]));
  known.set(store, rules);
  return rules;
}
