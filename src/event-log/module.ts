export const eventLog = {
  name: 'event-log',
  components: async () => ({ streams: (await import('./events.js')).STREAMS }),
};
