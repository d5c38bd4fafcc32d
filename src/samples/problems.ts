import { defineProblem } from '../kernel/problem.js';

export const RESULT_NOT_HELD = defineProblem({
  code: 'result-not-held',
  status: 422,
  title: 'No such result waits',
  says: 'No result of the sample, person and disease waits for a person: it never did, or somebody has settled it.',
  fix: 'See: npx truyvet held, or GET /v1/operations/held-results',
});

export const SEVERAL_RESULTS_HELD = defineProblem({
  code: 'several-results-held',
  status: 422,
  title: 'Several results wait',
  says: 'More than one result of the sample waits for a person, and the request does not say which is meant.',
  fix: 'Name one by its person and its disease.',
});

export const PROBLEMS = [RESULT_NOT_HELD, SEVERAL_RESULTS_HELD];
