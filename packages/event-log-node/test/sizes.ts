/**
 * As in the program's test/support/sizes.ts: a number for usual runs and one for long runs; an environment variable
 * overrides both.
 */
function size(variable: string, usual: number, long: number): number {
  const given = Number(process.env[variable] || (process.env['TRUYVET_LONG'] ? long : usual));
  if (!(given >= 0) && !Number.isNaN(long)) throw new Error(`${variable} is not a number from 0 on.`);
  return given;
}

/** Random runs of the event log's store. */
export const storeRuns = size('TRUYVET_PROPERTY_RUNS', 15, 400);

const SEED = size('PROPERTY_SEED', 20_210_801, Number.NaN);

/** Options for fast-check: this many random runs; usual runs use the same seed each time. */
export function seeded(numRuns: number): { numRuns: number; seed?: number } {
  return { numRuns, ...(Number.isNaN(SEED) ? {} : { seed: SEED }) };
}
