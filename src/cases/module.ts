export const cases = {
  name: 'cases',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
