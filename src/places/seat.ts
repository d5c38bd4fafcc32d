/**
 * Returns the row of a numbered seat: the number with which it begins, 12 for "12A". Null where it begins with no
 * number.
 */
export function seatRowOf(seat: string): number | null {
  const row = /^\d{1,6}/.exec(seat.trim());
  return row ? Number(row[0]) : null;
}
