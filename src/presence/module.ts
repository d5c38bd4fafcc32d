export const presence = {
  name: 'presence',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
