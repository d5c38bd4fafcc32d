import { defineModule } from '../kernel/module.js';
import { CASE_REQUESTS } from './requests.js';

export const cases = defineModule({
  name: 'cases',
  requests: CASE_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [
      // Before cases: it writes a large trace apart, which would wait for ever for people whom the main transaction has
      // already joined to the case.
      (await import('../../projections/neighbourhood.js')).neighbourhood,
      (await import('../../projections/cases.js')).cases,
      (await import('../../projections/case-windows.js')).caseWindows,
    ],
  }),
});
