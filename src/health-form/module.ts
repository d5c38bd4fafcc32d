export const healthForm = {
  name: 'health-form',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/answers.js')).answers],
  }),
};
