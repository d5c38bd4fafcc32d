import { defineProblem } from '../kernel/problem.js';

export const TASK_CLOSED_OTHERWISE = defineProblem({
  code: 'task-closed-otherwise',
  status: 422,
  title: 'The task was closed differently',
  says: 'The task was already closed with another outcome, by another person, or with another note.',
  fix: 'If that is wrong, reopen the task first, and close it again.',
});

export const PROBLEMS = [TASK_CLOSED_OTHERWISE];
