import { TASK_REQUESTS } from './requests.js';

export const tasks = {
  name: 'tasks',
  requests: TASK_REQUESTS,
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
