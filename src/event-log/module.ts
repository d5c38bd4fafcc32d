export const eventLog = {
  name: 'event-log',
  parts: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
