/**
 * The index of the first number that is at least `least`, looking from `begin` to before `end`; `end` when all are below
 * it.
 */
export function firstNotBelow(
  ascending: ArrayLike<number>,
  least: number,
  begin = 0,
  end: number = ascending.length,
): number {
  let low = begin;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
