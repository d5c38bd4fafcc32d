import { defineModule } from '../kernel/module.js';
import { SAMPLE_REQUESTS } from './requests.js';
import { RESULT_ROWS } from './rows.js';

export const samples = defineModule({
  name: 'samples',
  requests: SAMPLE_REQUESTS,
  rows: [RESULT_ROWS],
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [
      (await import('../../projections/tests.js')).tests,
      (await import('../../projections/held-results.js')).heldResults,
    ],
  }),
});
