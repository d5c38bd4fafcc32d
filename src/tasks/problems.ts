import { defineProblem } from '../kernel/problem.js';

export const TASK_CLOSED_OTHERWISE = defineProblem({
  code: 'task-closed-otherwise',
  status: 422,
  title: 'The task is closed otherwise',
  says: 'The task was closed already: with another outcome, by somebody else, or with another note.',
  fix: 'If that is wrong, reopen the task first, and close it again.',
});

export const PROBLEMS = [TASK_CLOSED_OTHERWISE];
