import { SAMPLE_REQUESTS } from './requests.js';

export const samples = {
  name: 'samples',
  requests: SAMPLE_REQUESTS,
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/tests.js')).tests,
      (await import('../../projections/held-results.js')).heldResults,
    ],
  }),
};
