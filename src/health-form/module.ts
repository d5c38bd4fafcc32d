export const healthForm = {
  name: 'health-form',
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/answers.js')).answers],
  }),
};
