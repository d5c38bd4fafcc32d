import type { MessageJob, NewJob } from '../delivery/index.js';
import type { JobKind } from '../work/define-work.js';
import { REMINDER } from './reminder.js';

export const JOBS: readonly JobKind[] = [{ name: REMINDER, withProvider: true }];

/** Remind a phone, by an alert that told it. */
export interface ReminderJob extends MessageJob {
  alertId: string;
  /** The day of what it reminds of, such as 2021-08-01. */
  remindOf: string;
}

/** Whoever is told of an exposure comes first. */
const LAST = 4;

/** @param alertId by which the phone was told. */
export function reminderJob(reminderId: string, alertId: string, day: string): NewJob<ReminderJob> {
  const opts = { jobId: `reminder-${reminderId}`, priority: LAST };
  return { name: 'send', data: { purpose: REMINDER, alertId, remindOf: day }, opts };
}
