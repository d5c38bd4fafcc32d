export const delivery = {
  name: 'delivery',
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/messages.js')).messages],
  }),
};
