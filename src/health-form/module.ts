import { defineModule } from '../kernel/module.js';

export const healthForm = defineModule({
  name: 'health-form',
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/answers.js')).answers],
  }),
});
