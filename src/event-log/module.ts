import { defineModule } from '../kernel/module.js';

export const eventLog = defineModule({
  name: 'event-log',
  components: async () => ({ streams: (await import('./events.js')).STREAMS }),
});
