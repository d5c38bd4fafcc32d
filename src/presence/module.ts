import { defineModule } from '../kernel/module.js';
import { PRESENCE_ROWS, VISIT_STATEMENTS } from './rows.js';

export const presence = defineModule({
  name: 'presence',
  rows: PRESENCE_ROWS,
  statements: VISIT_STATEMENTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/presence.js')).presence,
      (await import('../../projections/proximity.js')).proximity,
    ],
  }),
});
