/** Starts and ends in turn, in seconds; an end of 0 is open. */
export type Isolations = readonly number[];

/**
 * When isolation began that still held after an instant; Infinity when none did. One that had ended by then hid nobody
 * from the meetings that followed.
 */
export function isolatedSince(isolations: Isolations, after: number): number {
  let earliest = Infinity;
  for (let i = 0; i + 1 < isolations.length; i += 2) {
    const start = isolations[i] as number;
    const end = isolations[i + 1] as number;
    if (end === 0 || end > after) earliest = Math.min(earliest, start);
  }
  return earliest;
}
