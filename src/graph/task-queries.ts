import { MergedIds } from './merged-records.js';
import { int, rows, type Tx } from './neo4j.js';
import type { AnswerFacts, TaskFacts, TaskName, TasksPage } from './question-ports.js';

const TASK_FACTS = `t.id AS id, t.kind AS kind, t.caseId AS caseId, t.personId AS personId, t.degree AS degree,
  t.due AS due, t.since AS since, t.days AS days, t.reason AS reason, t.state AS state, t.outcome AS outcome`;

/** Tasks in the order of when they are due, of everybody by the index of that order. */
export async function tasksOn(
  tx: Tx,
  { kinds, states, caseId, personId, from, until, after, limit }: TasksPage,
): Promise<TaskFacts[]> {
  const common = {
    ...{ kinds, states, from: int(Math.max(from, after?.due ?? from)), until: int(until), limit: int(limit) },
    ...{ afterDue: int(after?.due ?? -1), afterId: after?.id ?? '' },
  };
  const within = `t.due >= $from AND t.due < $until AND (t.due > $afterDue OR t.id > $afterId)`;
  if (personId !== undefined || caseId !== undefined) {
    const people = personId === undefined ? null : (await MergedIds.read(tx)).with(personId);
    return rows(
      tx,
      `${people ? 'UNWIND $people AS id MATCH (t:Task {personId: id})' : 'MATCH (t:Task {caseId: $caseId})'}
       WHERE t.state IN $states AND t.kind IN $kinds AND ($caseId IS NULL OR t.caseId = $caseId) AND ${within}
       RETURN ${TASK_FACTS} ORDER BY due, id LIMIT $limit`,
      { ...common, caseId: caseId ?? null, people },
    );
  }
  return rows(
    tx,
    // Of each state and kind the first ones: each of these is a stretch of the index, in its order.
    `UNWIND $states AS state UNWIND $kinds AS kind
     CALL (state, kind) {
       MATCH (t:Task) WHERE t.state = state AND t.kind = kind AND ${within}
       RETURN t ORDER BY t.state, t.kind, t.due, t.id LIMIT $limit
     }
     RETURN ${TASK_FACTS} ORDER BY due, id LIMIT $limit`,
    common,
  );
}

/** Also one that is gone, when something was done about it. */
export async function taskOf(tx: Tx, taskId: string): Promise<TaskName | undefined> {
  const [found] = await rows<TaskName>(
    tx,
    'MATCH (t:Task {id: $taskId}) RETURN t.id AS id, t.kind AS kind, t.caseId AS caseId, t.personId AS personId',
    { taskId },
  );
  return found;
}

/** What people answered under any of their records, oldest first. */
export async function answersOf(tx: Tx, people: readonly string[]): Promise<AnswerFacts[]> {
  const merged = await MergedIds.read(tx);
  const asked = people.flatMap((id) => merged.with(id));
  const found = await rows<AnswerFacts>(
    tx,
    `UNWIND $asked AS id MATCH (a:Answer {personId: id})
     RETURN a.personId AS personId, a.caseId AS caseId, a.at AS at, a.symptoms AS symptoms,
            a.vaccinated AS vaccinated, a.moved AS moved ORDER BY at, a.alertId`,
    { asked: [...new Set(asked)] },
  );
  return found.map((each) => ({ ...each, personId: merged.of(each.personId) }));
}
