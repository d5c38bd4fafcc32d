/** As test/support/sizes.ts of the program has it: a number for usual runs, one for long ones, beaten by a variable. */
function size(variable: string, usual: number, long: number): number {
  const given = Number(process.env[variable] || (process.env['TRUYVET_LONG'] ? long : usual));
  if (!(given >= 0) && !Number.isNaN(long)) throw new Error(`${variable} is not a number from 0 on.`);
  return given;
}

/** Random runs of the event log's store. */
export const storeRuns = size('TRUYVET_PROPERTY_RUNS', 15, 400);

const SEED = size('PROPERTY_SEED', 20_210_801, Number.NaN);

/** So many random runs of a property, as fast-check takes them; usual ones see the same each time. */
export function seeded(numRuns: number): { numRuns: number; seed?: number } {
  return { numRuns, ...(Number.isNaN(SEED) ? {} : { seed: SEED }) };
}
