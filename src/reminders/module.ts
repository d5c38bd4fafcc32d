import { defineModule } from '../kernel/module.js';

export const reminders = defineModule({
  name: 'reminders',
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    purposes: (await import('./purposes.js')).PURPOSES,
    projections: async () => [(await import('../../projections/reminders.js')).reminders],
    work: async () => (await import('./work.js')).WORK,
  }),
});
