export const operations = {
  name: 'operations',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
