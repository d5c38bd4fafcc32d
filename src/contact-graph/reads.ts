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

/**
 * The first version of each projection whose rows have the form that this program reads; any version if not named.
 * Version 1 of visits had no diaries.
 */
const FIRST_READ: Readonly<Record<string, number>> = { [VISITS]: 2 };

/** Whether traces can read the rows of a build that this program does not write any more. */
export function isReadable({ name, version }: { name: string; version: number }): boolean {
  return version >= (FIRST_READ[name] ?? 1);
}
