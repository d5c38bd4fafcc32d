import { FAILED } from '../alerting/words.js';
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
import { taskIdOf } from './ids.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';

/** Contacts whose tasks are rebuilt by one round of queries. */
const AT_ONCE = 2_000;

/** What is needed to write tasks. */
export interface Means {
  tx: Tx;
  store: Log;
  calendar: Calendar;
  /** The name of a label in queries. */
  label: LabelOf;
}

interface Asked extends ContactOf {
  /** Records of the person; the id of the first one counts. */
  records: string[];
}

/**
 * Rebuilds the tasks of contacts from what the graph holds about them: contact, alerts, samples, answers and what was
 * done. Nothing is accumulated, so it may run any number of times and in any order.
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
      // A task that was closed when days were still counted in UTC keeps the id that it had then.
      const { formerly } = task;
      const old = formerly === undefined ? undefined : records.find((record) => formerlyClosed(idOf(record, formerly)));
      const id = old === undefined ? idOf(personId) : idOf(old, formerly);
      ids.push(id);
      // A task that was done before a merge was done for the person, under whichever record.
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
 * Situations by index of the contacts asked for. People who are not contacts of a live case (the `strangers`), and
 * people who have the disease themselves, have none.
 */
async function situationsOf(
  { tx, store, calendar, label }: Means,
  merged: MergedIds,
  asked: readonly Asked[],
): Promise<{ situations: Map<number, Situation>; strangers: Set<number> }> {
  const pairs = pairsOf(asked);
  const contacts = await rows<Contact>(
    tx,
    // Starts from the people: a case has many contacts, but a person is a contact of few cases.
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
    // The closest contact comes first. Nobody is a contact of their own case.
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
  // Last, since people who have the disease are left out.
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
  /** Undefined where the rules are no longer known. */
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

/** For people who are not contacts, by index: the last message to them, which could not be taken back. */
async function toldWronglyAmong(tx: Tx, label: LabelOf, pairs: readonly Pair[]): Promise<Map<number, ToldWrongly>> {
  if (pairs.length === 0) return new Map();
  const alerts = await rows<Omit<ToldWrongly, 'at'> & { i: number; changedAt: string }>(
    tx,
    `UNWIND $pairs AS row
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId) WHERE a.caseId = row[1]
     WITH row, a ORDER BY a.sequence DESC
     WITH row, collect(a)[0] AS last
     OPTIONAL MATCH (holder:${label('Alert')} {id: last.by})
     WITH row, row[0] AS i, last, coalesce(holder, last) AS effective
     // A person who is a case of the disease must not get a message that all is well.
     WHERE last.status = 'withdrawn' AND effective.takeBackFailed AND NOT EXISTS {
       MATCH (c:${label('Case')} {id: row[1]}), (:Person {id: row[2]})<-[:OF]-(own:${label('Case')} {status: 'live'}) WHERE own.disease = c.disease
     }
     RETURN i, last.id AS alertId, effective.id AS through, last.degree AS degree, effective.changedAt AS changedAt
     ORDER BY alertId`,
    { pairs },
  );
  return new Map(alerts.map(({ i, changedAt, ...alert }) => [i, { ...alert, at: readInstant(changedAt) }]));
}

interface AlertOf extends Omit<AlertOutcome, 'told' | 'at'> {
  /** Index of the contact. */
  i: number;
  /** Status of the alert that was sent in its place. */
  status: 'sent' | 'delivered' | 'failed';
  requestedAt: string;
  changedAt: string;
}

/** The alerts that were sent to contacts, or failed, under these records. */
export function alertsOf(tx: Tx, label: LabelOf, pairs: readonly Pair[]): Promise<AlertOf[]> {
  return rows(
    tx,
    `UNWIND $pairs AS row
     // Look alerts up by person: a person has few, a case has many.
     MATCH (a:${label('Alert')} {personId: row[2]}) USING INDEX a:${label('Alert')}(personId)
     WHERE a.caseId = row[1] AND a.status <> 'withdrawn'
     // A covered alert counts like the alert that covers it.
     OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE a.status = 'covered'
     WITH row, a, coalesce(holder, a) AS effective,
          // Its own person is no longer a contact, but its message still counts for people whom it covers.
          holder.status = 'withdrawn' AND holder.told AS stands
     WHERE effective.status IN ['sent', 'delivered', 'failed'] OR stands
     RETURN row[0] AS i, a.id AS alertId, effective.id AS through, a.degree AS degree,
            CASE WHEN stands THEN 'sent' ELSE effective.status END AS status,
            coalesce(effective.reason, $unsaid) AS reason, effective.requestedAt AS requestedAt,
            effective.changedAt AS changedAt
     ORDER BY alertId`,
    { pairs, unsaid: FAILED.refused },
  );
}

/** For an answer `a`: how many people it covers, if more than one person. */
export const OF_PHONE = 'CASE WHEN a.people IS NULL THEN null ELSE {people: a.people, ill: a.ill} END';

async function addAnswers(tx: Tx, label: LabelOf, pairs: readonly Pair[], found: Found): Promise<void> {
  const answers = await rows<Situation['symptoms'][number] & { i: number }>(
    tx,
    // DISTINCT, because one answer may apply to two records that were merged later.
    `UNWIND $pairs AS row
     MATCH (a:${label('Answer')} {personId: row[2]}) WHERE a.caseId = row[1]
     RETURN DISTINCT row[0] AS i, a.alertId AS alertId, a.at AS at, a.symptoms AS symptoms,
            ${OF_PHONE} AS phone ORDER BY alertId`,
    { pairs },
  );
  for (const { i, ...answer } of answers) found.get(i)?.symptoms.push(answer);
}

/**
 * Adds samples of contacts, and removes contacts who are cases of the same disease, because they are cared for as
 * cases.
 */
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
            // Days of the person of a case count from the sample, as they do for alerts, even if the onset was earlier.
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

/** Closed tasks by id; `neverDue` marks those that no rule has required since the graph was built. */
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

type Log = Pick<EventStore, 'read'>;

const known = new WeakMap<Log, Map<string, DiseaseProfile>>();

/** Call when the log was replaced: another log may have other profiles. */
export function forgetRules(store: Log): void {
  known.delete(store);
}

/**
 * Profiles by `id@version`, as contacts refer to them; cached, because a version identifies one set of rules for ever.
 */
async function rulesOf(store: Log, wanted: ReadonlySet<string>): Promise<Map<string, DiseaseProfile>> {
  const before = known.get(store);
  if (before && [...wanted].every((rule) => before.has(rule))) return before;
  const profiles = await allProfiles(store);
  const rules = new Map(profiles.map((profile) => [`${profile.id}@${profile.version}`, profile]));
  known.set(store, rules);
  return rules;
}
