import { eventSet } from '../src/kernel/event.js';
import {
  AlertRequested,
  AlertFailed,
  WithdrawalSent,
  AlertsHeld,
  AlertsFreed,
  AlertsApproved,
  AlertsRefused,
} from '../src/alerting/events.js';
import { FAILED } from '../src/alerting/words.js';
import { formatInstant } from '../src/kernel/instant.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

const HOUR = 3_600_000;

/**
 * How many messages were requested in each hour, withdrawals included, by which the brake judges a day; and which cases
 * wait for a person's approval. Runs after the projection of cases.
 */
export const brake = defineProjection({
  name: 'brake',
  version: 1,
  owns: ['AlertHour'],
  writesOn: 'cases',
  events: eventSet(AlertRequested, AlertFailed, WithdrawalSent, AlertsHeld, AlertsFreed, AlertsApproved, AlertsRefused),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const requested = new Map<number, number>();
    const approved = new Map<number, number>();
    const cases = new Map<string, Record<string, unknown>>();
    for (const event of events) {
      const hour = Math.floor(event.recordedAt.getTime() / HOUR);
      const count = (messages: number) => requested.set(hour, (requested.get(hour) ?? 0) + messages);
      if (event.type === 'AlertRequested' || event.type === 'WithdrawalSent') count(1);
      // Alerts that come too late are not sent: a file from years ago must not count towards a day's messages.
      if (event.type === 'AlertFailed' && event.data.reason === FAILED.tooLate) count(-1);
      if (event.type === 'AlertsApproved') {
        approved.set(hour, Math.max(approved.get(hour) ?? 0, event.data.upTo.daily));
      }
      if (event.type === 'AlertsHeld' || event.type === 'AlertsRefused') {
        const since = formatInstant(Math.floor(event.recordedAt.getTime() / 1000));
        const state = event.type === 'AlertsHeld' ? 'held' : 'refused';
        cases.set(event.data.caseId, { brake: state, heldContacts: int(event.data.contacts), heldSince: since });
      }
      if (event.type === 'AlertsFreed' || event.type === 'AlertsApproved') {
        cases.set(event.data.caseId, { brake: null, heldContacts: null, heldSince: null });
      }
    }
    const hours = new Set([...requested.keys(), ...approved.keys()]);
    await tx.run(
      `UNWIND $hours AS row MERGE (h:${label('AlertHour')} {hour: row[0]})
       SET h.requested = coalesce(h.requested, 0) + row[1],
           h.approved = CASE WHEN row[2] > coalesce(h.approved, 0) THEN row[2] ELSE coalesce(h.approved, 0) END`,
      {
        hours: [...hours].map((hour) => [int(hour), int(requested.get(hour) ?? 0), int(approved.get(hour) ?? 0)]),
      },
    );
    await tx.run(`UNWIND $cases AS row MATCH (c:${label('Case')} {id: row[0]}) SET c += row[1]`, { cases: [...cases] });
  },
});
