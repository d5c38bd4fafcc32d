export const reminders = {
  name: 'reminders',
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [(await import('../../projections/reminders.js')).reminders],
  }),
};
