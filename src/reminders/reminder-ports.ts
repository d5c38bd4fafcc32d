import type { ContactOf, TasksPage } from '../tasks/index.js';
import type { RemindedOf } from './reminder.js';

/** A stretch of time, in seconds; `until` is outside. */
export interface DueWithin {
  from: number;
  until: number;
}

/** Whom a page of tasks concerns. */
export interface RemindersPage {
  /** By which they were told. */
  alertIds: string[];
  /** The last task of the page; undefined when no other one follows. */
  last: TasksPage['after'];
}

export interface RemindedTask {
  id: string;
  kind: RemindedOf;
  /** The record that counts. */
  personId: string;
}

/** What reminding asks of the graph. */
export interface ReminderQueries {
  /** Alerts that told people, before then, who have something to do of which no message has spoken yet. */
  remindersDue(page: DueWithin & Pick<TasksPage, 'after' | 'limit'>): Promise<RemindersPage>;
  /** What these people have to do then as contacts of these cases. */
  tasksToRemindOf(pairs: readonly ContactOf[], within: DueWithin): Promise<RemindedTask[]>;
}
