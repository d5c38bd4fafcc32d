import type { DomainEvent, EventType } from '../src/event-log/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import type { FactProjection } from '../src/contact-graph/projection.js';

const COMMANDS: readonly EventType[] = [
  'AlertingPaused',
  'AlertingResumed',
  'AlertReplayOrdered',
  'AlertsApproved',
  'AlertsRefused',
  'HeldResultSettled',
  'ClockConfirmed',
  'SetAsideAccepted',
];

/**
 * How many messages each provider took, or failed for good through it, and where in the log the commands of operators
 * stand. Who gave one, and why, stays in the log.
 */
export const operators: FactProjection = {
  name: 'operators',
  types: [...COMMANDS, 'AlertSent', 'WithdrawalSent', 'AlertFailed', 'AlertUndelivered'],

  mentions: () => ({}),

  async write({ tx }, events) {
    const counts = new Map<string, [key: string, provider: string, what: string, messages: number]>();
    for (const event of events) {
      const counted = countOf(event);
      if (!counted) continue;
      const key = counted.join(' ');
      const count = counts.get(key) ?? [key, ...counted, 0];
      count[3]++;
      counts.set(key, count);
    }
    const commands = events.filter(({ type }) => COMMANDS.includes(type));
    if (counts.size > 0) {
      await tx.run(
        `UNWIND $counts AS row MERGE (c:ProviderCount {key: row[0]})
         SET c.provider = row[1], c.what = row[2], c.messages = coalesce(c.messages, 0) + row[3]`,
        { counts: [...counts.values()].map(([key, provider, what, messages]) => [key, provider, what, int(messages)]) },
      );
    }
    if (commands.length > 0) {
      await tx.run('UNWIND $commands AS row MERGE (c:OperatorCommand {id: row[0]}) SET c += row[1]', {
        commands: commands.map(({ id, stream, revision, position }) => [
          id,
          { stream, revision: int(revision), commit: int(position.commit) },
        ]),
      });
    }
  },
};

function countOf(event: DomainEvent): [provider: string, what: string] | undefined {
  switch (event.type) {
    case 'AlertSent':
      return [event.data.provider, 'sent'];
    case 'WithdrawalSent':
      return [event.data.provider, 'takenBack'];
    case 'AlertFailed':
      return [event.data.provider ?? 'none', event.data.reason];
    case 'AlertUndelivered':
      return [event.data.provider, 'undelivered'];
    default:
      return undefined;
  }
}
