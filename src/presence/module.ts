import { defineModule } from '../kernel/module.js';
import { PRESENCE_ROWS } from './rows.js';

export const presence = defineModule({
  name: 'presence',
  rows: PRESENCE_ROWS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/presence.js')).presence,
      (await import('../../projections/proximity.js')).proximity,
    ],
  }),
});
