/** The row of a numbered seat, which is the number it begins with: 12 of "12A". Null where it begins with none. */
export function seatRowOf(seat: string): number | null {
  const row = /^\d{1,6}/.exec(seat.trim());
  return row ? Number(row[0]) : null;
}
