/** The projections that a query reads, by name: it is answered when these can be, whatever is made of the others. */
export type Reads = readonly string[];

/** What a trace reads, and waits for. */
export const TRACED: Reads = [
  ...['presence', 'places', 'place-kinds', 'households', 'proximity', 'isolations', 'merges', 'tests'],
];

/** What questions about cases and contacts read. */
export const CONTACTS: Reads = [...TRACED, 'cases', 'case-windows', 'alerts', 'brake'];
