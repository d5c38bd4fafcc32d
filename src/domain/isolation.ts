/** Starts and ends in turn, in seconds; an end of 0 is open. */
export type Isolations = readonly number[];

/**
 * When isolation began that still held after an instant; Infinity when none did. One that had ended by then hid nobody
 * from the meetings that followed, and one that ended as it began was withdrawn.
 */
export function isolatedFrom(isolations: Isolations, after: number): number {
  let earliest = Infinity;
  for (let i = 0; i + 1 < isolations.length; i += 2) {
    const start = isolations[i] as number;
    const end = isolations[i + 1] as number;
    if (end === 0 || (end > after && end > start)) earliest = Math.min(earliest, start);
  }
  return earliest;
}

/**
 * The first stretch from an instant on in which nobody isolates the person: from the end of the isolation that holds
 * then, if one does, to the start of the next. Empty when it never ends.
 */
export function freeFrom(isolations: Isolations, after: number): { first: number; until: number } {
  let first = after;
  // The end of one may lie in another.
  for (let moved = true; moved;) {
    moved = false;
    for (let i = 0; i + 1 < isolations.length; i += 2) {
      const start = isolations[i] as number;
      const end = isolations[i + 1] as number;
      if (start > first || (end !== 0 && end <= first)) continue;
      if (end === 0) return { first: after, until: after };
      first = end;
      moved = true;
    }
  }
  // None holds at that instant, so one that had not ended by then begins later.
  return { first, until: isolatedFrom(isolations, first) };
}
