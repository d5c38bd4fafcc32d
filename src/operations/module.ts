import { defineModule } from '../kernel/module.js';
import { INSTALLATION_REQUESTS } from './installation-requests.js';
import { OPERATION_REQUESTS } from './requests.js';
import { PROJECTION_REQUESTS } from './projection-requests.js';
import { TWIN_REQUESTS } from './twin-requests.js';

export const operations = defineModule({
  name: 'operations',
  requests: [...OPERATION_REQUESTS, ...PROJECTION_REQUESTS, ...TWIN_REQUESTS, ...INSTALLATION_REQUESTS],
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [(await import('../../projections/operators.js')).operators],
  }),
});
