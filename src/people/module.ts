export const people = {
  name: 'people',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/households.js')).households,
      (await import('../../projections/isolations.js')).isolations,
      (await import('../../projections/merges.js')).merges,
    ],
  }),
};
