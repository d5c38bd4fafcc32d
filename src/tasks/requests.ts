import type { Changed } from '../requests/outcome.js';
import { BY } from '../kernel/fields.js';
import { oneLine } from '../kernel/text.js';
import { timeForPeople } from '../platform/times.js';
import { defineCommand, defineQuestion } from '../requests/define.js';
import { moreLine } from '../requests/question-fields.js';
import { healthAnswerLine } from './words.js';
import { LISTED } from './question-fields.js';
import type { TaskEntry } from './closing.js';
import type { TasksAnswer } from './questions.js';
import { TASK_OUTCOMES } from './task-kinds.js';

const LONGEST_NOTE = 2_000;

const TASK = {
  kind: 'id',
  required: true,
  help: 'the id of the task from the list, or its beginning',
  fix: 'Give the id of a task from the list of tasks.',
} as const;

const NOT_THERE = 'There is no such task, or it no longer exists.';

/** Lists the tasks of a tracing team by due day, overdue ones first. */
export const askTasks = defineQuestion({
  name: 'ask-tasks',
  permission: 'tasks:read',
  says: 'list the tasks about contacts by due day; overdue tasks come first',
  fields: LISTED,
  needs: ['graph'],
  http: { path: 'questions/tasks', tag: 'questions' },
  cli: {
    words: 'tasks',
    shortened: true,
    *told({ items, next }: TasksAnswer) {
      if (items.length === 0) yield next === null ? 'There are no tasks.' : 'None on this page.';
      for (const each of items) {
        const {
          id,
          kind,
          person,
          case: of,
          degree,
          due,
          overdue,
          state,
          outcome,
          why,
          reminder,
          answer: answered,
        } = each;
        const how = state === 'closed' ? `, closed: ${outcome}` : state === 'done' ? ', done' : '';
        const reminded = reminder === null ? '' : reminder === 'sent' ? ', reminded' : ', could not be reminded';
        yield `${overdue ? 'OVERDUE ' : ''}${due} ${kind} F${degree} ${person} of case ${of}: ${why}${reminded}${how}`;
        if (answered) yield `  ${healthAnswerLine(answered)}`;
        yield `  ${id}`;
      }
      yield* moreLine(next);
    },
  },
  answer: async () => (await import('./questions.js')).answer,
  handle: async (context, given) => (await import('./questions.js')).ask(context, given),
});

export const closeTask = defineCommand({
  name: 'close-task',
  permission: 'tasks:close',
  says: 'report what was done about a task',
  fields: {
    task_id: TASK,
    outcome: {
      kind: 'choice',
      required: true,
      choices: TASK_OUTCOMES,
      help: 'the outcome',
      fix: `Give one of ${TASK_OUTCOMES.join(', ')}.`,
    },
    by: BY,
    note: {
      kind: 'line',
      required: false,
      most: LONGEST_NOTE,
      help: 'a note; sealed with the key of the person',
      fix: `Give one line of at most ${LONGEST_NOTE} characters, or leave it out.`,
    },
  },
  needs: ['graph'],
  http: { path: 'tasks/{task_id}/close', tag: 'tasks', notKnown: NOT_THERE },
  cli: {
    words: 'tasks close <task_id>',
    *told({ outcome }: Changed, given) {
      yield outcome === 'new' ? `Closed: ${given.outcome}, by ${given.by}.` : 'That was recorded already.';
    },
  },
  handle: async (context, given) => (await import('./closing.js')).close(context, given),
});

export const reopenTask = defineCommand({
  name: 'reopen-task',
  permission: 'tasks:close',
  says: 'reopen a task that has to be done after all',
  fields: {
    task_id: TASK,
    by: BY,
    reason: {
      kind: 'line',
      required: true,
      most: LONGEST_NOTE,
      help: 'why it has to be done after all; sealed with the key of the person',
      fix: `Give the reason, in one line of at most ${LONGEST_NOTE} characters.`,
    },
  },
  needs: ['graph'],
  http: { path: 'tasks/{task_id}/reopen', tag: 'tasks', notKnown: NOT_THERE },
  cli: {
    words: 'tasks reopen <task_id>',
    *told({ outcome }: Changed) {
      yield outcome === 'new' ? 'Reopened.' : 'It was open already.';
    },
  },
  handle: async (context, given) => (await import('./closing.js')).reopen(context, given),
});

export const showTask = defineQuestion({
  name: 'show-task',
  permission: 'tasks:read',
  says: 'show what was done about a task, with the notes',
  fields: { task_id: TASK },
  needs: ['graph'],
  http: { path: 'tasks/{task_id}', tag: 'tasks', notKnown: NOT_THERE },
  cli: {
    words: 'tasks show <task_id>',
    *told(entries: readonly TaskEntry[], _given, zone) {
      if (entries.length === 0) yield 'Nothing has been done about it yet.';
      for (const { at, by, outcome, note } of entries) {
        const what = outcome === null ? 'reopened' : `closed: ${outcome}`;
        yield `${timeForPeople(at, zone)} ${oneLine(`${what}, by ${by}${note === null ? '' : `: ${note}`}`)}`;
      }
    },
  },
  answer: async () => (await import('./closing.js')).taskHistory,
  handle: async (context, given) => (await import('./closing.js')).historyOf(context, given),
});

export const TASK_REQUESTS = [askTasks, closeTask, reopenTask, showTask];
