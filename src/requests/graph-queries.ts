import type { GraphQueries } from '../contact-graph/ports.js';
import { Neo4jQueries } from '../contact-graph/queries.js';
import { graphDependency } from './context.js';

/** What is asked of the contact graph on behalf of people, who get no answer while it is being filled. */
export const graphQueries = graphDependency<GraphQueries>('graph queries', (driver) => new Neo4jQueries(driver, true));
