export const alerting = {
  name: 'alerting',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    purposes: (await import('./purposes.js')).PURPOSES,
  }),
};
