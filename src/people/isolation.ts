/** Alternating starts and ends, in seconds; an end of 0 is open. */
export type Isolations = readonly number[];
/**
 * Alternating starts and ends, in seconds and in order, which neither overlap nor touch; the last end may be Infinity.
 */
export type Stretches = readonly number[];

/**
 * Returns the stretches of a period in which the person is not isolated: isolation counts only between its start and
 * its end. One that ends when it starts was withdrawn.
 */
export function freeStretches(isolations: Isolations, from: number, until: number): Stretches {
  if (from >= until) return [];
  if (isolations.length === 0) return [from, until];
  const covered: [number, number][] = [];
  for (let i = 0; i + 1 < isolations.length; i += 2) {
    const start = isolations[i] as number;
    const end = (isolations[i + 1] as number) || Infinity;
    if (start < end) covered.push([start, end]);
  }
  covered.sort((a, b) => a[0] - b[0]);
  const free: number[] = [];
  let at = from;
  for (const [start, end] of covered) {
    if (start >= until) break;
    if (start > at) free.push(at, start);
    at = Math.max(at, end);
  }
  if (at < until) free.push(at, until);
  return free;
}
