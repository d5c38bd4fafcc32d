import type { MessageJob, NewJob } from '../delivery/index.js';
import type { JobKind } from '../work/define-work.js';
import { REMINDER } from './reminder.js';

export const JOBS: readonly JobKind[] = [{ name: REMINDER, withProvider: true }];

/** A job that reminds a phone, identified by an alert that was sent to it. */
export interface ReminderJob extends MessageJob {
  alertId: string;
  /** The day of the tasks that it reminds of, such as 2021-08-01. */
  remindOf: string;
}

/** Priority: messages about exposures come first. */
const LAST = 4;

/** @param alertId an alert that was sent to the phone. */
export function reminderJob(reminderId: string, alertId: string, day: string): NewJob<ReminderJob> {
  const opts = { jobId: `reminder-${reminderId}`, priority: LAST };
  return { name: 'send', data: { purpose: REMINDER, alertId, remindOf: day }, opts };
}
