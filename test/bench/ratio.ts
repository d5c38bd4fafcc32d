import { randomFrom } from '../../src/entrypoints/demo/city.js';
import { percentile } from './rows.js';

/** The times of two builds for the same thing, such as one case, in each round. */
export interface Pair {
  ours: readonly number[];
  theirs: readonly number[];
}

export interface Ratio {
  /** Our median divided by theirs. */
  ratio: number;
  /** Ends of the interval that contains nine in ten of the ratios when the pairs are resampled. */
  from: number;
  until: number;
}

const DRAWS = 2_000;

/**
 * The ratio of the medians of two builds, with its 90 % interval by the percentile bootstrap. Whole pairs are
 * resampled, because the times of one case in several rounds and by both builds are correlated. The same pairs give the
 * same interval.
 */
export function ratioOfMedians(pairs: readonly Pair[]): Ratio {
  const random = randomFrom(1);
  const ratios = Array.from({ length: DRAWS }, () =>
    ratioOf(pairs.map(() => pairs[Math.floor(random() * pairs.length)] as Pair)),
  );
  return { ratio: ratioOf(pairs), from: percentile(ratios, 0.05), until: percentile(ratios, 0.95) };
}

function ratioOf(pairs: readonly Pair[]): number {
  return median(pairs.flatMap(({ ours }) => ours)) / median(pairs.flatMap(({ theirs }) => theirs));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? (upper + (sorted[middle - 1] ?? NaN)) / 2 : upper;
}
