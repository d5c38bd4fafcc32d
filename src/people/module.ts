import { defineModule } from '../kernel/module.js';
import { PEOPLE_REQUESTS } from './requests.js';
import { PEOPLE_ROWS } from './rows.js';

export const people = defineModule({
  name: 'people',
  requests: PEOPLE_REQUESTS,
  rows: PEOPLE_ROWS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [
      (await import('../../projections/households.js')).households,
      (await import('../../projections/isolations.js')).isolations,
      (await import('../../projections/merges.js')).merges,
    ],
  }),
});
