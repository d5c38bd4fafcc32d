import { expect } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The seed and path that fast-check reported for a failed run, and a short description of the error. */
export interface FailingSeed {
  seed: number;
  path: string;
  was: string;
}

/** Seeds that once failed, by the name of the test in its `it`. */
export type FailingSeeds = Readonly<Record<string, readonly FailingSeed[]>>;

export function failingSeeds(): FailingSeeds {
  return JSON.parse(readFileSync(resolve('test/properties/failing-seeds.json'), 'utf8')) as FailingSeeds;
}

/** Like `fc.assert`, but first runs the seeds that failed this test before. */
export async function assertWithSeeds<T>(
  property: fc.IAsyncProperty<T> | fc.IProperty<T>,
  parameters: fc.Parameters<T> = {},
  all: FailingSeeds = failingSeeds(),
): Promise<void> {
  const test = expect.getState().currentTestName ?? '';
  const seeds = Object.entries(all).flatMap(([name, each]) => (test.endsWith(name) ? each : []));
  // One run is enough for the path; more would be the random runs that came after it.
  for (const { seed, path } of seeds) {
    await fc.assert(property, { ...parameters, seed, path, numRuns: 1, endOnFailure: true });
  }
  await fc.assert(property, parameters);
}
