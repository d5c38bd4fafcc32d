/** What others may use of alerting: who was told what, to whom it holds, and how it is said. */
export { canBeReliedOn, OPEN } from './alert.js';
export { loadAlert } from './alert-log.js';
export type { CaseViews } from './case-views.js';
export type { AlertRequested } from './events.js';
export type { Gathering } from './gathering.js';
export { reminderJob, type NewJob, type SendJob } from './jobs.js';
export type { Recipients } from './recipients.js';
export type { Rules } from './rules.js';
export { Texts } from './texts.js';
