import { Neo4jIds, type KnownIds } from '../contact-graph/known-ids.js';
import { graphDependency } from './context.js';

/** Which ids there are, by which what is asked and told is made whole and short. */
export const knownIds = graphDependency<KnownIds>('known ids', (driver) => new Neo4jIds(driver));
