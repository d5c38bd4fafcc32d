import type { AlertEvent } from '../src/alerting/events.js';
import { CHANGING_STATUS } from '../src/alerting/events.js';
import { FAILED, waitsForMorning } from '../src/alerting/words.js';
import { formatInstant } from '../src/kernel/instant.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Alerts and their status; `due` while a message is still to be sent. Holds no personal data. */
export const alerts = defineProjection({
  name: 'alerts',
  version: 1,
  owns: ['Alert'],
  events: CHANGING_STATUS,

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const changes = new Map<string, Record<string, unknown>>();
    for (const event of events) {
      const change = factsOf(event);
      if (!change) continue;
      const at = formatInstant(Math.floor(event.recordedAt.getTime() / 1000));
      const { alertId, facts } = change;
      const requested = event.type === 'AlertRequested' ? { requestedAt: at } : {};
      changes.set(alertId, { ...changes.get(alertId), ...facts, ...requested, changedAt: at });
    }
    await tx.run(`UNWIND $changes AS row MERGE (a:${label('Alert')} {id: row[0]}) SET a += row[1]`, {
      changes: [...changes],
    });
  },
});

function factsOf(event: AlertEvent): { alertId: string; facts: Record<string, unknown> } | undefined {
  switch (event.type) {
    case 'AlertRequested': {
      const { alertId, caseId, personId, disease, degree, sequence } = event.data;
      return {
        alertId,
        facts: {
          caseId,
          personId,
          disease,
          degree: int(degree),
          sequence: int(sequence),
          status: 'requested',
          takeBack: false,
          due: true,
        },
      };
    }
    case 'AlertCovered':
      return { alertId: event.data.alertId, facts: { status: 'covered', by: event.data.by, due: false } };
    case 'AlertSent': {
      const { alertId, provider, reference } = event.data;
      return { alertId, facts: { status: 'sent', provider, reference, told: true, due: false } };
    }
    case 'AlertDelivered':
      return { alertId: event.data.alertId, facts: { status: 'delivered' } };
    case 'AlertUndelivered': {
      const { alertId, withdrawn, provider } = event.data;
      const facts = withdrawn
        ? { takeBack: false, due: false }
        : { status: 'failed', reason: FAILED.undelivered, failedBy: provider };
      return { alertId, facts: { ...facts, told: false } };
    }
    case 'AlertFailed': {
      const { alertId, reason, provider } = event.data;
      // An alert that failed because the phone had too many messages is sent the next morning.
      return { alertId, facts: { status: 'failed', reason, failedBy: provider, due: waitsForMorning(reason) } };
    }
    case 'AlertReplayed':
      return { alertId: event.data.alertId, facts: { due: true } };
    case 'AlertWithdrawn': {
      const { alertId, told } = event.data;
      return { alertId, facts: { status: 'withdrawn', takeBack: told, due: told, takeBackFailed: false } };
    }
    case 'WithdrawalOwedInDoubt':
      return { alertId: event.data.alertId, facts: { takeBack: true, due: true } };
    case 'WithdrawalSent':
      return {
        alertId: event.data.alertId,
        facts: {
          ...{ takeBack: false, told: false, due: false },
          ...{ takenBackBy: event.data.provider, withdrawalReference: event.data.reference },
        },
      };
    case 'WithdrawalHeld':
      return { alertId: event.data.alertId, facts: { takeBack: false, due: false } };
    case 'WithdrawalFailed': {
      const { alertId, reason } = event.data;
      // After the last day that the alert was about, nobody has to be informed that it was wrong.
      return {
        alertId,
        facts: { takeBack: false, due: waitsForMorning(reason), takeBackFailed: reason !== FAILED.over },
      };
    }
    case 'WithdrawalUndelivered':
      return { alertId: event.data.alertId, facts: { takeBack: false, due: false, takeBackFailed: true } };
    default:
      return undefined;
  }
}
