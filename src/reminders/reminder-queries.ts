import { TASKS, alertsOf, tasksOn, type ContactOf, type Pair } from '../tasks/index.js';
import type { Driver } from 'neo4j-driver';
import { readInstant } from '../kernel/instant.js';
import { REMINDED_OF } from './reminder.js';
import { MergedIds } from '../contact-graph/merged-records.js';
import { int, rows } from '../contact-graph/neo4j.js';
import { asking } from '../contact-graph/standing.js';
import type { DueWithin, RemindedTask, ReminderQueries, RemindersPage } from './reminder-ports.js';

/** Projections that the queries read. */
const READS = [...TASKS, 'alerts'];

/** Queries of Neo4j for reminders. */
export class Neo4jReminders implements ReminderQueries {
  constructor(private readonly driver: Driver) {}

  remindersDue({ from, until, after, limit }: Parameters<ReminderQueries['remindersDue']>[0]): Promise<RemindersPage> {
    return asking(this.driver, READS, async (tx, label) => {
      const tasks = await tasksOn(tx, label, { kinds: REMINDED_OF, states: ['open'], from, until, after, limit });
      const merged = await MergedIds.read(tx, label);
      const pairs = tasks
        .filter(({ reminder }) => reminder === null)
        .flatMap(({ caseId, personId }, i) => merged.with(personId).map((record): Pair => [i, caseId, record]));
      // Nobody is reminded on the day of the alert, so these alerts need no query until that day is over.
      const told = (await alertsOf(tx, label, pairs)).filter(
        ({ status, requestedAt }) => status !== 'failed' && readInstant(requestedAt) < from,
      );
      const alertIds = [...new Set(told.map(({ through }) => through))];
      return { alertIds, last: tasks.length < limit ? undefined : tasks.at(-1) };
    });
  }

  tasksToRemindOf(pairs: readonly ContactOf[], { from, until }: DueWithin): Promise<RemindedTask[]> {
    return asking(this.driver, READS, async (tx, label) => {
      const merged = await MergedIds.read(tx, label);
      const asked = pairs.flatMap(({ caseId, personId }) => merged.with(personId).map((record) => [caseId, record]));
      return rows<RemindedTask>(
        tx,
        `UNWIND $asked AS row
         MATCH (t:${label('Task')} {personId: row[1]})
         WHERE t.caseId = row[0] AND t.state = 'open' AND t.kind IN $kinds AND t.due >= $from AND t.due < $until
         RETURN DISTINCT t.id AS id, t.kind AS kind, t.personId AS personId ORDER BY id`,
        { asked, kinds: REMINDED_OF, from: int(from), until: int(until) },
      );
    });
  }
}
