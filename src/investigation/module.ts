import { defineModule } from '../kernel/module.js';
import { QUESTIONS } from './requests.js';

export const investigation = defineModule({
  name: 'investigation',
  requests: QUESTIONS,
  components: async () => ({ streams: [], problems: (await import('./problems.js')).PROBLEMS }),
});
