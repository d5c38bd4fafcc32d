import { eventSet } from '../src/kernel/event.js';
import { MessageDue, MessageSent } from '../src/delivery/events.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** The reference by which a provider reports on a message, and what the message is about. */
export const messages = defineProjection({
  name: 'messages',
  version: 1,
  owns: ['Message'],
  events: eventSet(MessageDue, MessageSent),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const changes = new Map<string, Record<string, string>>();
    for (const { data } of events) {
      const { messageId, ...facts } = data;
      changes.set(messageId, { ...changes.get(messageId), ...facts });
    }
    await tx.run(`UNWIND $changes AS row MERGE (m:${label('Message')} {id: row[0]}) SET m += row[1]`, {
      changes: [...changes],
    });
  },
});
