import type { Purpose } from '../delivery/index.js';
import { REMINDER } from './reminder.js';

/** The handlers are loaded when they are called, because every command that opens the log loads the purposes. */
export const PURPOSES: readonly Purpose[] = [
  {
    name: REMINDER,
    handler: async (worker) => (await import('./work.js')).reminderMessages(worker),
    reported: async (...of) => (await import('./loaded-reminder.js')).noteOfReminder(...of),
    samples: async (settings) => (await import('./samples.js')).remindersIn(settings),
  },
];
