import { describe, expect, it } from '@jest/globals';
import { startApi } from '../../support/api.js';
import { fuzzApi } from '../../support/fuzz-run.js';
import { ingestFuzz } from '../../support/sizes.js';

const { requests, seed } = ingestFuzz;

describe('What takes facts by HTTP', () => {
  it(
    'answers whatever it is sent, and never with an error of its own',
    async () => {
      const { app, url } = await startApi();
      const { wrong, answers } = await fuzzApi(url, { requests, seed });
      await app.close();
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });
      // Some of each is taken, some refused.
      expect(answers).toMatch(/200: \d\d+.*422: \d\d+/);
    },
    60_000 + requests * 50,
  );
});
