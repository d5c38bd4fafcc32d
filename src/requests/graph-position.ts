import { graphPositionOf } from '../contact-graph/graph-position.js';
import { graphDependency } from './context.js';

/** How far the contact graph has followed the log. */
export const graphPosition = graphDependency('graph position', graphPositionOf);
