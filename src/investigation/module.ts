import { QUESTIONS } from './requests.js';

export const investigation = {
  name: 'investigation',
  requests: QUESTIONS,
  components: async () => ({ streams: [], problems: (await import('./problems.js')).PROBLEMS }),
};
