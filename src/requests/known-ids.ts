import { Neo4jIds, type KnownIds } from '../contact-graph/known-ids.js';
import { graphDependency } from './context.js';

/** The known ids, used to complete ids in requests and to shorten ids in answers. */
export const knownIds = graphDependency<KnownIds>('known ids', (driver) => new Neo4jIds(driver));
