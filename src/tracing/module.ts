import { defineModule } from '../kernel/module.js';

export const tracing = defineModule({
  name: 'tracing',
  components: async () => ({ streams: [], work: async () => (await import('./work.js')).WORK }),
});
