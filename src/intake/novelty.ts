import type { Origin } from './outcome.js';

/** How much one row counts beside those before it. */
const WEIGHT = 0.02;

/**
 * Guesses whether the next row of an import is about somebody or something new. A register is imported for the first
 * time, and then nothing needs to be read; or it is imported again, and then an append would only be refused.
 */
export class Novelty {
  #share = 1;

  get isLikely(): boolean {
    return this.#share >= 0.5;
  }

  /** @param isNew whether a row turned out to be about somebody or something new. */
  saw(isNew: boolean): void {
    this.#share += WEIGHT * ((isNew ? 1 : 0) - this.#share);
  }
}

const ofImports = new WeakMap<Origin, Novelty>();

/** The guesses of one import, which has one origin. */
export function noveltyOf(origin: Origin): Novelty {
  const known = ofImports.get(origin);
  if (known) return known;
  const novelty = new Novelty();
  ofImports.set(origin, novelty);
  return novelty;
}
