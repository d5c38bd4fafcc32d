import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertWithSeeds, failingSeeds } from '../support/seeds.js';

describe('A seed that once failed', () => {
  const lists = fc.array(fc.nat(1_000), { maxLength: 30 });
  const isLong = (list: readonly number[]) => list.length > 7;

  it.each([
    ['as it was found', true],
    ['after shrinking', false],
  ])('is run before everything else, %s', async (_, endOnFailure) => {
    const failed = fc.check(
      fc.property(lists, (list) => !isLong(list)),
      { seed: 5, endOnFailure },
    );
    const { counterexample, counterexamplePath } = failed;
    const runs: number[][] = [];
    const sees = fc.property(lists, (list) => void runs.push(list));
    const known = { seed: failed.seed, path: counterexamplePath ?? '', was: 'long' };
    const [name = ''] = (expect.getState().currentTestName ?? '').split(' once failed ').slice(-1);

    await assertWithSeeds(sees, { numRuns: 10 }, { [name]: [known], 'of another test': [{ ...known, seed: 6 }] });
    expect(runs[0]).toEqual(counterexample?.[0]);
    expect(runs.length).toBeGreaterThan(10);
    // A seed that fails again fails the test.
    const fails = fc.property(lists, (list) => !isLong(list));
    await expect(assertWithSeeds(fails, { numRuns: 0 }, { [name]: [known] })).rejects.toThrow('Property failed');
  });

  it('belongs to an existing test', () => {
    const folder = resolve('test');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const tests = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    for (const name of Object.keys(failingSeeds())) expect(tests).toContain(`'${name}'`);
  });
});
