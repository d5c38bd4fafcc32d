import { defineModule } from '../kernel/module.js';
import { ALERTING_REQUESTS } from './requests.js';

export const alerting = defineModule({
  name: 'alerting',
  requests: ALERTING_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    purposes: (await import('./purposes.js')).PURPOSES,
    projections: async () => [
      (await import('../../projections/alerts.js')).alerts,
      (await import('../../projections/brake.js')).brake,
    ],
    work: async () => (await import('./work.js')).WORK,
  }),
});
