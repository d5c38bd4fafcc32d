import { describe, expect, it } from '@jest/globals';
import { startApi } from '../../support/api.js';
import { fuzzApi } from '../../support/fuzz-run.js';
import { ingestFuzz } from '../../support/sizes.js';

const { requests, seed } = ingestFuzz;
const NOW = Date.parse('2021-08-08T02:00:00Z');

describe('The routes that take facts over HTTP', () => {
  it(
    'answer everything that they are sent, and never with an internal error',
    async () => {
      const { app, url } = await startApi(undefined, { now: () => NOW });
      const { wrong, statuses } = await fuzzApi(url, { requests, seed, now: NOW });
      await app.close();
      expect({ seed, wrong }).toEqual({ seed, wrong: [] });
      // Many are accepted and many are refused.
      expect(Math.min(statuses['200'] ?? 0, statuses['422'] ?? 0)).toBeGreaterThan(requests / 10);
    },
    60_000 + requests * 50,
  );
});
