import type { SeatedStay } from '../contact-graph/ports.js';

/**
 * Rows of the seats that somebody had during those stays that count; undefined where one of these had no known seat,
 * which hides nobody. A seat belongs to its stay: whoever rides back in another one was near others then.
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

/** Whether known seats were more than so many rows from one another. */
export function farApart(rows: readonly number[] | undefined, others: readonly number[] | undefined, most: number) {
  if (rows === undefined || others === undefined) return false;
  return rows.every((row) => others.every((other) => Math.abs(row - other) > most));
}
