import type { LabelOf } from '../contact-graph/instances.js';
import type { AnswerFacts, TaskFacts, TaskName, TasksPage } from './task-ports.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, wholeRows, rows, type Tx } from '../contact-graph/neo4j.js';
import { OF_PHONE } from './task-writer.js';

/** Projections from which tasks are read. */
export const TASKS = ['merges', 'tasks', 'reminders'];
/** Projections from which answers are read. */
export const HEALTH_ANSWERS = ['merges', 'answers'];

const TASK_FACTS = `t.id AS id, t.kind AS kind, t.caseId AS caseId, t.personId AS personId, t.degree AS degree,
  t.due AS due, t.since AS since, t.days AS days, t.reason AS reason, t.state AS state, t.outcome AS outcome,
  t.reminder AS reminder`;

/** Properties that every complete task has; a task that was only closed lacks some. */
const REQUIRED = ['id', 'kind', 'caseId', 'personId', 'degree', 'due', 'since', 'state'] as const;

/** Finds tasks ordered by when they are due; without a person or a case, by the index of that order. */
export async function tasksOn(
  tx: Tx,
  label: LabelOf,
  { kinds, states, caseId, personId, from, until, after, limit }: TasksPage,
): Promise<TaskFacts[]> {
  const common = {
    ...{ kinds, states, until: int(until), limit: int(limit) },
    // Tasks due at the same instant as the last one of the page before come by their ids, and later ones after that.
    ...{ from: int(after ? Math.max(from, after.due + 1) : from), at: int(after?.due ?? -1), id: after?.id ?? '' },
  };
  if (personId !== undefined || caseId !== undefined) {
    const people = personId === undefined ? null : (await MergedIds.read(tx, label)).with(personId);
    const whose = people
      ? `UNWIND $people AS record MATCH (t:${label('Task')} {personId: record}) WHERE true`
      : `MATCH (t:${label('Task')} {caseId: $caseId}) WHERE t.personId IS NOT NULL`;
    return wholeRows(
      tx,
      `${whose} AND t.state IN $states AND t.kind IN $kinds AND ($caseId IS NULL OR t.caseId = $caseId)
         AND t.due < $until AND (t.due >= $from OR (t.due = $at AND t.id > $id))
       RETURN ${TASK_FACTS} ORDER BY due, id LIMIT $limit`,
      { ...common, caseId: caseId ?? null, people },
      REQUIRED,
    );
  }
  return wholeRows(
    tx,
    // Takes the first tasks of each state and kind: each is a range of the index, in its order. A condition with OR, or
    // one that leaves out a property of the index, would read all tasks.
    `UNWIND $states AS state UNWIND $kinds AS kind
     CALL (state, kind) {
       MATCH (t:${label('Task')}) WHERE t.state = state AND t.kind = kind AND t.due = $at AND t.id > $id
       RETURN t ORDER BY t.state, t.kind, t.due, t.id LIMIT $limit
       UNION ALL
       MATCH (t:${label('Task')}) WHERE t.state = state AND t.kind = kind AND t.due >= $from AND t.due < $until
         AND t.id IS NOT NULL
       RETURN t ORDER BY t.state, t.kind, t.due, t.id LIMIT $limit
     }
     RETURN ${TASK_FACTS} ORDER BY due, id LIMIT $limit`,
    common,
    REQUIRED,
  );
}

/** Finds a task; also one that no longer exists, if something was done about it. */
export async function taskOf(tx: Tx, label: LabelOf, taskId: string): Promise<TaskName | undefined> {
  const [found] = await wholeRows<TaskName>(
    tx,
    `MATCH (t:${label('Task')} {id: $taskId})
     RETURN t.id AS id, t.kind AS kind, t.caseId AS caseId, t.personId AS personId`,
    { taskId },
    ['id', 'kind', 'caseId', 'personId'],
  );
  return found;
}

/** Finds the answers of people under any of their records, oldest first. */
export async function answersOf(tx: Tx, label: LabelOf, people: readonly string[]): Promise<AnswerFacts[]> {
  const merged = await MergedIds.read(tx, label);
  const asked = people.flatMap((id) => merged.with(id));
  const found = await rows<AnswerFacts & { alertId: string }>(
    tx,
    `UNWIND $asked AS id MATCH (a:${label('Answer')} {personId: id})
     RETURN a.alertId AS alertId, a.personId AS personId, a.caseId AS caseId, a.at AS at, a.symptoms AS symptoms,
            a.vaccinated AS vaccinated, a.moved AS moved, ${OF_PHONE} AS phone ORDER BY at, alertId, personId`,
    { asked: [...new Set(asked)] },
  );
  // One answer for a phone may apply to two records that were merged later.
  const once = new Map<string, AnswerFacts>();
  for (const { alertId, ...facts } of found) {
    const personId = merged.of(facts.personId);
    once.set(JSON.stringify([alertId, personId]), { ...facts, personId });
  }
  return [...once.values()];
}
