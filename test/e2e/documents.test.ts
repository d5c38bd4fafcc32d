import { expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { testEnvironment } from '../support/environment.js';
import { warmGraph } from '../support/warm-graph.js';

jest.setTimeout(600_000);

it('Documents that show what commands print show what they print', async () => {
  const graph = await warmGraph();
  const { status, stderr } = spawnSync(process.execPath, ['scripts/show-runs.mjs', 'examples', '--check'], {
    env: testEnvironment(graph.env),
    encoding: 'utf8',
  });
  await graph.release();
  expect({ status, stderr }).toMatchObject({ status: 0 });
});
