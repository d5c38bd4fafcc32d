import { defineProblem } from '../kernel/problem.js';

const AGAIN = 'Try again later. See `npx truyvet services status` and `npx truyvet projections status`.';
const LIMITS = 'see "Limits of time" in docs/operations.md.';

export const GRAPH_NOT_READY = defineProblem({
  code: 'graph-not-ready',
  status: 503,
  title: 'The contact graph is not ready',
  says: 'The contact graph is being built, or was built from another log or by another version: it cannot answer yet.',
  fix: 'A projector prepares it soon: make sure that one runs (npm start, or npx truyvet projector), and try again.',
});

/** Problems that API clients get for errors of the graph. */
export const GRAPH_PROBLEMS = {
  'graph-incomplete': defineProblem({
    code: 'graph-incomplete',
    status: 503,
    title: 'The contact graph is incomplete',
    says: 'The contact graph is being built, and lacks facts that the answer needs.',
    fix: AGAIN,
  }),
  'graph-slow': defineProblem({
    code: 'graph-slow',
    status: 503,
    title: 'The contact graph took too long',
    says: 'The question took longer than the time limit for questions.',
    fix: `Ask for less, or try again later. If it is the limit of Neo4j itself (db.transaction.timeout), ${LIMITS}`,
  }),
  'graph-full': defineProblem({
    code: 'graph-full',
    status: 503,
    title: 'The contact graph is full',
    says: 'Neo4j has no memory or no room for more transactions at this moment.',
    fix: `Ask for less, or try again later; to give Neo4j more memory, ${LIMITS}`,
  }),
  'graph-away': defineProblem({
    code: 'graph-away',
    status: 503,
    title: 'The contact graph is unavailable',
    says: 'Neo4j does not answer.',
    fix: AGAIN,
  }),
};

export const PROBLEMS = [GRAPH_NOT_READY, ...Object.values(GRAPH_PROBLEMS)];
