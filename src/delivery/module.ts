export const delivery = {
  name: 'delivery',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
