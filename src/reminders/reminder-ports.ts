import type { ContactOf, TasksPage } from '../tasks/index.js';
import type { RemindedOf } from './reminder.js';

/** A stretch of time, in seconds; `until` is exclusive. */
export interface DueWithin {
  from: number;
  until: number;
}

/** The alerts to remind for one page of tasks. */
export interface RemindersPage {
  /** The alerts that informed the contacts. */
  alertIds: string[];
  /** The last task of the page; undefined when no other page follows. */
  last: TasksPage['after'];
}

export interface RemindedTask {
  id: string;
  kind: RemindedOf;
  /** The record whose id counts. */
  personId: string;
}

/** Queries of the graph for reminders. */
export interface ReminderQueries {
  /** Alerts sent before this stretch to people with a task that is due in it and was not reminded of yet. */
  remindersDue(page: DueWithin & Pick<TasksPage, 'after' | 'limit'>): Promise<RemindersPage>;
  /** Open tasks of these contacts that are due in this stretch. */
  tasksToRemindOf(pairs: readonly ContactOf[], within: DueWithin): Promise<RemindedTask[]>;
}
