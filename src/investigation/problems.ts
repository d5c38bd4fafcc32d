import { defineProblem } from '../kernel/problem.js';

export const NOT_TRACED = defineProblem({
  code: 'not-traced',
  status: 422,
  title: 'The case has not been traced yet',
  says: 'The case is known, but no trace of it is completed.',
  fix: 'Wait for it with --wait on the import, or make sure that a worker runs: npm start',
});

export const PROBLEMS = [NOT_TRACED];
