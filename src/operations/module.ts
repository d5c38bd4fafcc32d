export const operations = {
  name: 'operations',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/operators.js')).operators],
  }),
};
