import { graphTypes } from '../../src/entrypoints/graph-types.js';

/** What the modules of the program bring into the contact graph. */
export const { visits: VISITS, facts: FACT_PROJECTIONS, events: GRAPH_EVENTS } = await graphTypes();
