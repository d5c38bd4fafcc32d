import { expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { testEnvironment } from '../support/environment.js';

jest.setTimeout(600_000);

it('Documents that show what commands print show what they print', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/show-runs.mjs', 'examples', '--check'], {
    env: testEnvironment({}),
    encoding: 'utf8',
  });
  expect({ status, stderr }).toMatchObject({ status: 0 });
});
