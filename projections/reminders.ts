import { eventSet } from '../src/kernel/event.js';
import { ReminderFailed, ReminderSent, ReminderUndelivered } from '../src/reminders/events.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/**
 * Outcomes of reminders about tasks, and the reference of each reminder at its provider. Runs after the projection of
 * tasks; tasks that no longer exist are skipped.
 */
export const reminders = defineProjection({
  name: 'reminders',
  version: 1,
  owns: ['Reminder'],
  madeOf: ['tasks'],
  events: eventSet(ReminderSent, ReminderFailed, ReminderUndelivered),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const told: [string, 'sent' | 'failed'][] = [];
    const sent: ReminderSent['data'][] = [];
    for (const event of events) {
      if (event.type === 'ReminderSent') sent.push(event.data);
      const outcome = event.type === 'ReminderSent' ? 'sent' : 'failed';
      for (const taskId of event.data.tasks) told.push([taskId, outcome]);
    }
    await tx.run(`UNWIND $told AS row MATCH (t:${label('Task')} {id: row[0]}) SET t.reminder = row[1]`, { told });
    await tx.run(
      `UNWIND $sent AS row MERGE (r:${label('Reminder')} {id: row.reminderId})
       SET r.provider = row.provider, r.reference = row.reference`,
      { sent },
    );
  },
});
