import { PROBLEMS as OF_GRAPH } from '../contact-graph/problems.js';
import { PROBLEMS as OF_LOG } from '../event-log/problems.js';
import type { ProblemsOf } from '../http/describe-problems.js';
import { PROBLEMS as OF_HTTP } from '../http/problems.js';
import { PROBLEMS as OF_ALL } from '../kernel/errors.js';
import { PROBLEMS as OF_REQUESTS } from '../requests/problems.js';

/** Problems that belong to no module, by where they are raised. */
export const PROBLEMS_OF_PLATFORM: readonly ProblemsOf[] = [
  { name: 'requests', problems: [...OF_ALL, ...OF_REQUESTS] },
  { name: 'http', problems: OF_HTTP },
  { name: 'event-log', problems: OF_LOG },
  { name: 'contact-graph', problems: OF_GRAPH },
];
