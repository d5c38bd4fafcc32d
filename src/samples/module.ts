export const samples = {
  name: 'samples',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
