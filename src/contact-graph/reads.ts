/** Names of the projections that a query reads: it can be answered when these are ready, even if others are not. */
export type Reads = readonly string[];

/** The projection of visits, whose slots traces cache. */
export const VISITS = 'presence';

/** Projections that a trace reads and waits for. */
export const TRACED: Reads = [
  ...[VISITS, 'places', 'place-kinds', 'households', 'proximity', 'isolations', 'merges', 'tests'],
];

/** Projections that queries on cases and contacts read. */
export const CONTACTS: Reads = [...TRACED, 'cases', 'case-windows', 'alerts', 'brake'];
