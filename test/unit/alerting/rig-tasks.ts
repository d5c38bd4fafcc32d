import type { ContactOf } from '../../../src/tasks/task-ports.js';
import type { RemindedOf } from '../../../src/reminders/reminder.js';
import type { DueWithin, RemindedTask, ReminderQueries, RemindersPage } from '../../../src/reminders/reminder-ports.js';
import type { AlertingRig } from './rig.js';

interface TaskOfRig extends ContactOf {
  id: string;
  kind: RemindedOf;
  /** Seconds. */
  due: number;
}

/** Tasks that a test sets, and which of them people were reminded of according to the log. */
export class TasksOfRig implements ReminderQueries {
  readonly open: TaskOfRig[] = [];

  constructor(private readonly rig: AlertingRig) {}

  async remindersDue({ from, until }: DueWithin): Promise<RemindersPage> {
    const reminded = this.reminded();
    const due = this.open.filter((task) => task.due >= from && task.due < until && !reminded.has(task.id));
    const alertIds = due.flatMap(({ personId, caseId }) => {
      const alert = this.rig.alerts(personId, caseId).at(-1);
      const by = alert?.coveredBy ?? alert?.request?.alertId;
      return by !== undefined && this.rig.alert(by).told ? [by] : [];
    });
    return { alertIds: [...new Set(alertIds)], last: undefined };
  }

  async tasksToRemindOf(pairs: readonly ContactOf[], { from, until }: DueWithin): Promise<RemindedTask[]> {
    return this.open
      .filter(({ due, caseId, personId }) => {
        const asked = pairs.some((pair) => pair.caseId === caseId && pair.personId === personId);
        return asked && due >= from && due < until;
      })
      .map(({ id, kind, personId }) => ({ id, kind, personId }));
  }

  /** Tasks that a message covered, or failed to cover, by id. */
  reminded(): Map<string, 'sent' | 'failed'> {
    const told = new Map<string, 'sent' | 'failed'>();
    for (const { type, data } of this.rig.store.all) {
      if (type !== 'ReminderSent' && type !== 'ReminderFailed' && type !== 'ReminderUndelivered') continue;
      for (const id of data.tasks) told.set(id, type === 'ReminderSent' ? 'sent' : 'failed');
    }
    return told;
  }
}
