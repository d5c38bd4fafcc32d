import { Neo4jIds, type KnownIds } from '../contact-graph/known-ids.js';
import { graphPart } from './context.js';

/** Which ids there are, by which what is asked and told is made whole and short. */
export const knownIds = graphPart<KnownIds>('known ids', (driver) => new Neo4jIds(driver));
