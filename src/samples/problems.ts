import { defineProblem } from '../kernel/problem.js';

export const RESULT_NOT_HELD = defineProblem({
  code: 'result-not-held',
  status: 422,
  title: 'No such result waits',
  says: 'No result of the sample, person and disease waits for review: it never did, or it was reviewed already.',
  fix: 'See: npx truyvet held, or GET /v1/operations/held-results',
});

export const SEVERAL_RESULTS_HELD = defineProblem({
  code: 'several-results-held',
  status: 422,
  title: 'Several results wait',
  says: 'More than one result of the sample waits for review, and the request does not say which one it is about.',
  fix: 'Give its person and its disease.',
});

export const PROBLEMS = [RESULT_NOT_HELD, SEVERAL_RESULTS_HELD];
