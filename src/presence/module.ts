export const presence = {
  name: 'presence',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/presence.js')).presence,
      (await import('../../projections/proximity.js')).proximity,
    ],
  }),
};
