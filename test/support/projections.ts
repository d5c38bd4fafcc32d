import { graphTypes } from '../../src/entrypoints/graph-types.js';

/** The projections of the program's modules. */
export const { visits: VISITS, facts: FACT_PROJECTIONS, events: GRAPH_EVENTS } = await graphTypes();
