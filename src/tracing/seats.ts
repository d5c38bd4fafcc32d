import type { SeatedStay } from '../contact-graph/ports.js';

/**
 * Rows of the seats that somebody had during the stays that count; undefined if one of these has no known seat, because
 * then nobody can be ruled out by distance. A seat belongs to its stay: on the way back a person may sit near other
 * people.
 */
export function rowsOf(
  stays: readonly SeatedStay[] | undefined,
  counts: (stay: SeatedStay) => boolean,
): number[] | undefined {
  const rows: number[] = [];
  for (const stay of stays ?? []) {
    if (!counts(stay)) continue;
    if (stay.row === null) return undefined;
    rows.push(stay.row);
  }
  return rows.length === 0 ? undefined : rows;
}

/** Whether all known seats were more than `most` rows apart. */
export function farApart(rows: readonly number[] | undefined, others: readonly number[] | undefined, most: number) {
  if (rows === undefined || others === undefined) return false;
  return rows.every((row) => others.every((other) => Math.abs(row - other) > most));
}
