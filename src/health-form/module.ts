import { defineModule } from '../kernel/module.js';
import { HEALTH_FORM_REQUESTS } from './requests.js';

export const healthForm = defineModule({
  name: 'health-form',
  requests: HEALTH_FORM_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async () => [(await import('../../projections/health-answers.js')).healthAnswers],
  }),
});
