import { defineProblem } from '../kernel/problem.js';

export const ALERTS_NOT_HELD = defineProblem({
  code: 'alerts-not-held',
  status: 422,
  title: 'No alerts of the case wait for approval',
  says:
    'There is nothing to approve or refuse: the alerts of the case do not wait for approval, or were refused ' +
    'already.',
  fix: 'List the cases whose alerts wait: npx truyvet brake',
});

export const PROBLEMS = [ALERTS_NOT_HELD];
