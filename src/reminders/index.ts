/** What other modules may import from reminders. */
export type { ReminderQueries } from './reminder-ports.js';
export { Reminders } from './reminders.js';
