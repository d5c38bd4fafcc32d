import { PEOPLE_ROWS } from './rows.js';

export const people = {
  name: 'people',
  rows: PEOPLE_ROWS,
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
