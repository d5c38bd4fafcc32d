export const people = {
  name: 'people',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
