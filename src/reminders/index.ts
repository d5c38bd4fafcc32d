/** What others may use of reminders. */
export type { ReminderQueries } from './reminder-ports.js';
export { Reminders } from './reminders.js';
