export const healthForm = {
  name: 'health-form',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
