import { defineModule } from '../kernel/module.js';

export const delivery = defineModule({
  name: 'delivery',
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/messages.js')).messages],
    work: async () => (await import('./work.js')).WORK,
  }),
});
