import { reasonOf } from '../alerting/words.js';
import type { AnswerFacts, TaskFacts } from './task-ports.js';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { LATEST_INSTANT } from '../kernel/instant.js';
import { NOT_TAKEN_BACK } from './task.js';
import type { Given } from '../kernel/fields.js';
import { secondsNow, type Context } from '../requests/context.js';
import { requirePerson } from '../requests/full-ids.js';
import { paged } from '../requests/paged.js';
import { pageOf, placeOf } from '../requests/pages.js';
import { toHealthAnswer, healthAnswer } from './health-answer.js';
import type { LISTED } from './question-fields.js';
import { taskGraph } from './task-graph.js';
import { TASK_KINDS, TASK_OUTCOMES } from './task-kinds.js';

const day = z.string().describe('In the zone of the installation, such as 2021-08-01');

const task = z.object({
  id: z.string(),
  kind: z.enum(TASK_KINDS),
  person: z.string(),
  case: z.string(),
  degree: z.int(),
  due: day,
  overdue: z.boolean().describe('Whether it is open although its day is over'),
  state: z.enum(['open', 'done', 'closed']).describe('done: it needs no closing, because a sample was taken'),
  outcome: z.enum(TASK_OUTCOMES).nullable().describe('The outcome with which it was closed'),
  why: z.string(),
  reminder: z
    .enum(['sent', 'failed'])
    .nullable()
    .describe('Outcome of the message that reminds the person of it on its day; null if none was due'),
  answer: healthAnswer.nullable().describe("The person's latest answer to a message about this case"),
});
type Shown = z.infer<typeof task>;

export const answer = paged(task);
export type TasksAnswer = z.infer<typeof answer>;

/** Position of the last task of a page. */
const place = z.object({ due: z.number(), id: z.string() });

/** Days after which an overdue task is no longer listed, unless a case or a person is named. */
const LAPSE = 60;

/** Lists the tasks of a tracing team by due day, overdue ones first. */
export async function ask(
  context: Context,
  { kind, case: caseId, person, due, all, limit, cursor }: Given<typeof LISTED>,
): Promise<TasksAnswer> {
  const { zone } = context.base;
  const graph = context.of(taskGraph);
  const today = DateTime.fromSeconds(secondsNow(context.base), { zone }).startOf('day');
  const last = due === undefined ? undefined : DateTime.fromISO(due, { zone }).startOf('day');
  const named = caseId !== undefined || person !== undefined;
  const found = await graph.tasks({
    kinds: kind === undefined ? TASK_KINDS : [kind],
    states: all ? ['open', 'done', 'closed'] : ['open'],
    ...{ caseId, personId: person },
    from: named ? 0 : secondsOf((last ?? today).minus({ days: LAPSE })),
    until: last ? secondsOf(last.plus({ days: 1 })) : LATEST_INSTANT,
    after: placeOf(cursor, place),
    limit: limit + 1,
  });
  if (found.length === 0 && person !== undefined) await requirePerson(graph, person);
  const { items, next } = pageOf(found, limit, ({ due: at, id }) => ({ due: at, id }));
  const answers = await graph.answersOf([...new Set(items.map(({ personId }) => personId))]);
  return { items: items.map((each) => shown(each, answers, zone, today)), next };
}

function shown(facts: TaskFacts, answers: readonly AnswerFacts[], zone: string, today: DateTime): Shown {
  const { id, kind, personId, caseId, degree, state, outcome, reminder } = facts;
  const due = DateTime.fromSeconds(facts.due, { zone });
  const last = answers.findLast((each) => each.personId === personId && each.caseId === caseId);
  return {
    ...{ id, kind, person: personId, case: caseId, degree, state, reminder },
    due: due.toISODate() ?? '',
    overdue: state === 'open' && due < today,
    outcome: state === 'closed' ? outcome : null,
    why: whyOf(facts, zone),
    answer: last ? toHealthAnswer(last) : null,
  };
}

function whyOf({ kind, since, days, reason }: TaskFacts, zone: string): string {
  const on = DateTime.fromSeconds(since, { zone }).toISODate();
  switch (kind) {
    case 'field-visit':
      if (reason === NOT_TAKEN_BACK) return 'notified by mistake, and the message that corrects it cannot reach them';
      return `not notified, ${reasonOf(reason)?.ofTask ?? 'the message cannot be sent'}`;
    case 'sampling':
      return `reported ${reason} on ${on}`;
    case 'test':
      return `test of day ${days} after the exposure of ${on}`;
    case 'follow-up':
      return `followed up until day ${days} after the exposure of ${on}`;
  }
}

const secondsOf = (time: DateTime): number => Math.floor(time.toSeconds());
