import { defineProblem } from '../kernel/problem.js';

export const NOT_TRACED = defineProblem({
  code: 'not-traced',
  status: 422,
  title: 'The case is not traced yet',
  says: 'The case is known, and no trace of it is completed.',
  fix: 'Wait for it with --wait on the import, or see that a worker runs: npm start',
});

export const PROBLEMS = [NOT_TRACED];
