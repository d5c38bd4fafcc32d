export const alerting = {
  name: 'alerting',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/alerts.js')).alerts,
      (await import('../../projections/brake.js')).brake,
    ],
  }),
};
