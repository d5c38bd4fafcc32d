import type { GraphQueries } from '../contact-graph/ports.js';
import { Neo4jQueries } from '../contact-graph/queries.js';
import { graphDependency } from './context.js';

/** Queries of the contact graph on behalf of people; they fail while the graph is being filled. */
export const graphQueries = graphDependency<GraphQueries>('graph queries', (driver) => new Neo4jQueries(driver, true));
