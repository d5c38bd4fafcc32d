import { PEOPLE_REQUESTS } from './requests.js';

export const people = {
  name: 'people',
  requests: PEOPLE_REQUESTS,
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
