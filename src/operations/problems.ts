import { defineProblem } from '../kernel/problem.js';

const COMMON = { status: 422 } as const;

export const NOT_SET_ASIDE = defineProblem({
  ...COMMON,
  code: 'not-set-aside',
  title: 'No such event is set aside',
  says: 'No event that is set aside has this id or this position in the log.',
  fix: 'Give a position or id from: npx truyvet projections status (or GET /v1/operations/alerts).',
});

export const NO_SUCH_PROVIDER = defineProblem({
  ...COMMON,
  code: 'no-such-provider',
  title: 'There is no such provider',
  says: 'The configuration has no provider of messages with this name.',
  fix: 'See: npx truyvet providers',
});

export const NOT_REBUILT_ALONE = defineProblem({
  ...COMMON,
  code: 'not-rebuilt-alone',
  title: 'There is no such projection',
  says: 'The contact graph has no projection with this name.',
  fix: 'See: npx truyvet projections status',
});

export const NO_POSITION = defineProblem({
  ...COMMON,
  code: 'no-position',
  title: 'It is not a position of the log',
  says: 'The given position of the log is not a whole number.',
  fix: 'Give a position from: npx truyvet projections status',
});

export const NOTHING_RUNS = defineProblem({
  ...COMMON,
  code: 'nothing-runs',
  title: 'No process is running that could do it',
  says: 'A projector or a worker has to do it, and none is running.',
  fix: 'Start one; it then does it at once: npm start',
});

export const PROBLEMS = [NOT_SET_ASIDE, NO_SUCH_PROVIDER, NOT_REBUILT_ALONE, NO_POSITION, NOTHING_RUNS];
