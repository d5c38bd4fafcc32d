import { defineModule } from '../kernel/module.js';
import { CASE_REQUESTS } from './requests.js';

export const cases = defineModule({
  name: 'cases',
  requests: CASE_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [
      (await import('../../projections/cases.js')).cases,
      (await import('../../projections/case-windows.js')).caseWindows,
    ],
  }),
});
