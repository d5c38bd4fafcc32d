import { Neo4jIds, type KnownIds } from '../contact-graph/known-ids.js';
import { graphDependency } from './context.js';

/** The known ids, by which ids in requests are completed and ids in answers shortened. */
export const knownIds = graphDependency<KnownIds>('known ids', (driver) => new Neo4jIds(driver));
