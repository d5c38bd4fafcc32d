import { limit } from './sizes.js';

/** Milliseconds after which random runs stop: a busy machine does fewer of them in this time. */
export const ENOUGH = limit(25_000);

/** Milliseconds to wait for a condition. */
const PATIENCE = 80_000;

/**
 * For loops that check the deadline at the start of each run. A limit that ends a run from outside would leave it
 * writing during the following tests.
 */
export function deadline(ms = PATIENCE): { passed(): boolean } {
  const end = Date.now() + ms;
  return { passed: () => Date.now() > end };
}
