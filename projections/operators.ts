import {
  AlertFailed,
  AlertsApproved,
  AlertSent,
  AlertsRefused,
  AlertUndelivered,
  WithdrawalSent,
} from '../src/alerting/events.js';
import { FAILED } from '../src/alerting/words.js';
import { AlertingPaused, AlertingResumed, AlertReplayOrdered } from '../src/delivery/events.js';
import { ClockConfirmed } from '../src/event-log/events.js';
import { eventSet, union, type EventIn } from '../src/kernel/event.js';
import { SetAsideAccepted } from '../src/operations/events.js';
import { HeldResultSettled } from '../src/samples/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

const COMMANDS = eventSet(
  AlertingPaused,
  AlertingResumed,
  AlertReplayOrdered,
  AlertsApproved,
  AlertsRefused,
  HeldResultSettled,
  ClockConfirmed,
  SetAsideAccepted,
);
const COUNTED = eventSet(AlertSent, WithdrawalSent, AlertFailed, AlertUndelivered);

/**
 * How many messages each provider accepted or failed to deliver for good, and the log positions of operators' commands.
 * Who gave a command, and why, is only in the log.
 */
export const operators = defineProjection({
  name: 'operators',
  version: 1,
  owns: ['ProviderCount', 'OperatorCommand'],
  events: union(COMMANDS, COUNTED),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const counts = new Map<string, [key: string, provider: string, what: string, messages: number]>();
    for (const event of events) {
      if (!COUNTED.includes(event)) continue;
      const counted = countOf(event);
      const key = counted.join(' ');
      const count = counts.get(key) ?? [key, ...counted, 0];
      count[3]++;
      counts.set(key, count);
    }
    const commands = events.filter(COMMANDS.includes);
    if (counts.size > 0) {
      await tx.run(
        `UNWIND $counts AS row MERGE (c:${label('ProviderCount')} {key: row[0]})
         SET c.provider = row[1], c.what = row[2], c.messages = coalesce(c.messages, 0) + row[3]`,
        { counts: [...counts.values()].map(([key, provider, what, messages]) => [key, provider, what, int(messages)]) },
      );
    }
    if (commands.length > 0) {
      await tx.run(`UNWIND $commands AS row MERGE (c:${label('OperatorCommand')} {id: row[0]}) SET c += row[1]`, {
        commands: commands.map(({ id, stream, revision, position }) => [
          id,
          { stream, revision: int(revision), commit: int(position.commit) },
        ]),
      });
    }
  },
});

function countOf(event: EventIn<typeof COUNTED>): [provider: string, what: string] {
  switch (event.type) {
    case 'AlertSent':
      return [event.data.provider, 'sent'];
    case 'WithdrawalSent':
      return [event.data.provider, 'takenBack'];
    case 'AlertFailed':
      return [event.data.provider ?? 'none', event.data.reason];
    case 'AlertUndelivered':
      return [event.data.provider, FAILED.undelivered];
  }
}
