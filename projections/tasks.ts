import type { ContactOf } from '../src/tasks/task-ports.js';
import {
  AlertCovered,
  AlertFailed,
  AlertSent,
  AlertUndelivered,
  AlertWithdrawn,
  WithdrawalFailed,
  WithdrawalUndelivered,
} from '../src/alerting/events.js';
import { CaseConfirmed, CaseRetracted, TraceCompleted } from '../src/cases/events.js';
import { ContactAnswered } from '../src/health-form/events.js';
import { eventSet, type EventIn } from '../src/kernel/event.js';
import { PersonMerged, PersonUnmerged } from '../src/people/events.js';
import { TestResultCorrected, TestResultReported, TestResultRetracted } from '../src/samples/events.js';
import { TaskClosed, TaskReopened } from '../src/tasks/events.js';
import type { Calendar } from '../src/kernel/calendar.js';
import type { LabelOf } from '../src/contact-graph/instances.js';
import { MergedIds } from '../src/contact-graph/merged-records.js';
import { rows, type Tx } from '../src/contact-graph/neo4j.js';
import { standsAlone } from '../src/contact-graph/portions.js';
import { defineProjection, type ProjectionContext } from '../src/contact-graph/projection.js';
import { forgetRules, refreshTasks } from '../src/tasks/task-writer.js';
import type { RecordedEvent } from '../src/event-log/event-store.js';

const TAKEN = eventSet(
  TaskClosed,
  TaskReopened,
  TraceCompleted,
  CaseConfirmed,
  CaseRetracted,
  AlertFailed,
  AlertUndelivered,
  WithdrawalFailed,
  WithdrawalUndelivered,
  // These may settle that a contact was not informed.
  AlertCovered,
  AlertSent,
  AlertWithdrawn,
  TestResultReported,
  TestResultCorrected,
  TestResultRetracted,
  PersonMerged,
  PersonUnmerged,
  ContactAnswered,
);

/**
 * Tasks about contacts, open and closed. Runs after the projections that it reads: the tasks of people whom an event
 * concerns are recomputed from the graph as it is then. Holds no personal data: neither notes nor who closed a task.
 */
export const tasksIn = (calendar: Calendar) =>
  defineProjection({
    name: 'tasks',
    version: 1,
    owns: ['Task'],
    madeOf: ['merges', 'tests', 'cases', 'alerts', 'answers'],
    events: TAKEN,

    mentions: () => ({}),

    forget: forgetRules,

    chunks(event) {
      return event.type === 'TraceCompleted' ? event.data.chunks : 0;
    },

    async write({ tx, store, apart, label }, events) {
      const pairs: ContactOf[] = await closures(tx, label, events);
      const people = new Set<string>();
      const failed: string[] = [];
      const settled: string[] = [];
      for (const event of events) {
        switch (event.type) {
          case 'TaskClosed':
          case 'TaskReopened':
            break;
          case 'TraceCompleted':
            pairs.push(
              ...(await traced(
                tx,
                label,
                event.data,
                await tracedApart({ store, apart, calendar, label }, event.data),
              )),
            );
            break;
          case 'CaseRetracted':
            pairs.push(...(await ofCase(tx, label, event.data.caseId)));
            break;
          case 'ContactAnswered':
            pairs.push(...toldBy(event.data));
            break;
          case 'AlertFailed':
          case 'AlertUndelivered':
          case 'WithdrawalFailed':
          case 'WithdrawalUndelivered':
            failed.push(event.data.alertId);
            break;
          case 'AlertCovered':
          case 'AlertSent':
          case 'AlertWithdrawn':
            settled.push(event.data.alertId);
            break;
          case 'PersonMerged':
            people.add(event.data.personId).add(event.data.into);
            break;
          case 'PersonUnmerged':
            people.add(event.data.personId).add(event.data.from);
            break;
          case 'CaseConfirmed':
          case 'TestResultReported':
          case 'TestResultCorrected':
          case 'TestResultRetracted':
            people.add(event.data.personId);
        }
      }
      // A retraction only names the case: its person may become a contact again.
      const retracted = events.flatMap((event) => (event.type === 'CaseRetracted' ? [event.data.caseId] : []));
      for (const id of await peopleOf(tx, label, retracted)) people.add(id);
      pairs.push(
        ...(await notTold(tx, label, failed)),
        ...(await perhapsTold(tx, label, settled)),
        ...(await ofPeople(tx, label, people)),
      );
      await refreshTasks({ tx, store, calendar, label }, pairs);
    },
  });

/** Writes closures and reopenings. A closed task is kept even if it is no longer due, since it may become due again. */
async function closures(
  tx: Tx,
  label: LabelOf,
  events: readonly RecordedEvent<EventIn<typeof TAKEN>>[],
): Promise<ContactOf[]> {
  const changes = new Map<string, Record<string, unknown>>();
  for (const event of events) {
    if (event.type === 'TaskClosed') {
      const { taskId, kind, caseId, personId, outcome } = event.data;
      changes.set(taskId, { kind, caseId, personId, outcome, closed: true });
    } else if (event.type === 'TaskReopened') {
      changes.set(event.data.taskId, { ...changes.get(event.data.taskId), closed: null, outcome: null });
    }
  }
  if (changes.size === 0) return [];
  return rows<ContactOf>(
    tx,
    `UNWIND $changes AS row MERGE (t:${label('Task')} {id: row[0]}) SET t += row[1]
     RETURN t.caseId AS caseId, t.personId AS personId`,
    { changes: [...changes] },
  );
}

/** The people whom an answer covers, each with their case. */
export function toldBy({ caseId, personId, others = [], ofOtherCases = [] }: ContactAnswered['data']): ContactOf[] {
  const cases = new Map(ofOtherCases.map((other) => [other.personId, other.caseId]));
  return [personId, ...others].map((each) => ({ caseId: cases.get(each) ?? caseId, personId: each }));
}

type Traced = TraceCompleted['data'];

/**
 * For a very large trace, which has a portion of its own, most contacts were already written in separate transactions.
 * Writes their tasks in separate transactions too, and returns the ids of these people.
 */
async function tracedApart(
  { store, apart, calendar, label }: Pick<ProjectionContext, 'store' | 'apart' | 'label'> & { calendar: Calendar },
  { caseId, traceId, chunks }: Traced,
): Promise<ReadonlySet<string>> {
  if (!standsAlone({ chunks })) return new Set();
  const found = await apart((tx) => rows<{ personId: string }>(tx, closeContacts(label), { caseId, traceId }));
  for (let i = 0; i < found.length; i += PEOPLE_AT_ONCE) {
    const pairs = found.slice(i, i + PEOPLE_AT_ONCE).map(({ personId }) => ({ caseId, personId }));
    await apart((tx) => refreshTasks({ tx, store, calendar, label }, pairs));
  }
  return new Set(found.map(({ personId }) => personId));
}

const PEOPLE_AT_ONCE = 10_000;

const closeContacts = (label: LabelOf) => `MATCH (:${label('Case')} {id: $caseId})<-[e:${label('EXPOSED')}]-(p:Person)
  WHERE e.degree = 1 AND e.trace = $traceId RETURN p.id AS personId`;

/** The contacts whom a trace found new or changed, and those whom it no longer found. */
async function traced(
  tx: Tx,
  label: LabelOf,
  { caseId, traceId }: Traced,
  done: ReadonlySet<string>,
): Promise<ContactOf[]> {
  const found = await rows<ContactOf>(
    tx,
    `CALL () {
       ${closeContacts(label)}
       UNION
       MATCH (t:${label('Task')} {caseId: $caseId}) WHERE t.personId IS NOT NULL
       WITH DISTINCT t.personId AS personId
       OPTIONAL MATCH (:Person {id: personId})-[e:${label('EXPOSED')}]->(c:${label('Case')}) WHERE c.id = $caseId
       WITH personId, e WHERE e IS NULL OR e.trace = $traceId
       RETURN personId
     }
     RETURN $caseId AS caseId, personId`,
    { caseId, traceId },
  );
  return found.filter(({ personId }) => !done.has(personId));
}

function ofCase(tx: Tx, label: LabelOf, caseId: string): Promise<ContactOf[]> {
  return rows(
    tx,
    `MATCH (t:${label('Task')} {caseId: $caseId}) WHERE t.personId IS NOT NULL
     RETURN DISTINCT t.caseId AS caseId, t.personId AS personId`,
    {
      caseId,
    },
  );
}

async function peopleOf(tx: Tx, label: LabelOf, caseIds: readonly string[]): Promise<string[]> {
  if (caseIds.length === 0) return [];
  const found = await rows<{ id: string }>(
    tx,
    `UNWIND $caseIds AS id MATCH (:${label('Case')} {id: id})-[:OF]->(p:Person) RETURN p.id AS id`,
    { caseIds },
  );
  return found.map(({ id }) => id);
}

/** The people whom a failed alert or withdrawal was for, and the people whose alerts it covered. */
function notTold(tx: Tx, label: LabelOf, alertIds: readonly string[]): Promise<ContactOf[]> {
  if (alertIds.length === 0) return Promise.resolve([]);
  return rows(
    tx,
    `UNWIND $alertIds AS id
     CALL (id) {
       MATCH (a:${label('Alert')} {id: id}) RETURN a
       UNION
       MATCH (a:${label('Alert')} {by: id}) RETURN a
     }
     RETURN a.caseId AS caseId, a.personId AS personId`,
    { alertIds },
  );
}

/**
 * The contacts among these alerts whose tasks may change. Most alerts are sent at once and never caused a field visit.
 */
function perhapsTold(tx: Tx, label: LabelOf, alertIds: readonly string[]): Promise<ContactOf[]> {
  if (alertIds.length === 0) return Promise.resolve([]);
  return rows(
    tx,
    `CALL () { OPTIONAL MATCH (record)-[:${label('SAME_AS')}]->(other) RETURN collect(record.id) + collect(other.id) AS several }
     UNWIND $alertIds AS id
     CALL (id, several) {
       MATCH (t:${label('Task')} {alertId: id}) RETURN t.caseId AS caseId, t.personId AS personId
       UNION
       MATCH (a:${label('Alert')} {id: id})
       OPTIONAL MATCH (holder:${label('Alert')} {id: a.by}) WHERE holder.status = 'failed'
       WITH a, holder, several
       WHERE holder IS NOT NULL OR a.personId IN several
         OR EXISTS { MATCH (t:${label('Task')} {personId: a.personId}) WHERE t.caseId = a.caseId AND t.kind = 'field-visit' }
       RETURN a.caseId AS caseId, a.personId AS personId
     }
     RETURN DISTINCT caseId, personId`,
    { alertIds },
  );
}

/** The cases with a past or present task for these people, under any of their records. */
async function ofPeople(tx: Tx, label: LabelOf, people: ReadonlySet<string>): Promise<ContactOf[]> {
  if (people.size === 0) return [];
  const merged = await MergedIds.read(tx, label);
  const records = new Set([...people].flatMap((id) => merged.with(id)));
  return rows(
    tx,
    `UNWIND $records AS id
     CALL (id) {
       MATCH (t:${label('Task')} {personId: id}) RETURN t.caseId AS caseId
       UNION
       MATCH (:Person {id: id})-[e:${label('EXPOSED')}]->(c:${label('Case')}) WHERE e.degree = 1 RETURN c.id AS caseId
     }
     RETURN caseId, id AS personId`,
    { records: [...records] },
  );
}
