import { defineModule } from '../kernel/module.js';
import { DELIVERY_REQUESTS } from './requests.js';

export const delivery = defineModule({
  name: 'delivery',
  requests: DELIVERY_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/messages.js')).messages],
    work: async () => (await import('./work.js')).WORK,
  }),
});
