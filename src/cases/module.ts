export const cases = {
  name: 'cases',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/cases.js')).cases,
      (await import('../../projections/case-windows.js')).caseWindows,
    ],
  }),
};
