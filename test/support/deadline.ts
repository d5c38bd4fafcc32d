import { limit } from './sizes.js';

/** Milliseconds after which random runs have done enough: on a busy machine, fewer of them say as much in the time. */
export const ENOUGH = limit(25_000);

/** Milliseconds that something is waited for. */
const PATIENCE = 80_000;

/**
 * For runs that look at it by themselves, each at its beginning. A limit that ends a run from outside would leave it
 * writing behind the back of the tests that follow.
 */
export function deadline(ms = PATIENCE): { passed(): boolean } {
  const end = Date.now() + ms;
  return { passed: () => Date.now() > end };
}
