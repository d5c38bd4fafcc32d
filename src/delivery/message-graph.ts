import { GraphReader } from '../contact-graph/graph-reader.js';
import { workerDependency } from '../work/worker.js';

/** A message that was sent: an alert, the withdrawal of an alert, or a reminder. */
export interface SentMessage {
  /** Why it was sent. */
  purpose: string;
  /** Id of the alert or reminder. */
  about: string;
  /** Identifies the message's own stream; omitted if it has none. */
  noted?: { messageId: string; whose: string };
}

/** Queries of the contact graph on messages. */
export interface MessageGraph {
  /** The message that a provider accepted under this reference. */
  messageByReference(provider: string, reference: string): Promise<SentMessage | undefined>;
}

export class Neo4jMessages extends GraphReader implements MessageGraph {
  async messageByReference(provider: string, reference: string): Promise<SentMessage | undefined> {
    type Found = Omit<SentMessage, 'noted'> & { messageId: string | null; whose: string | null };
    // A message with a stream of its own comes first. The others were sent without one, or before messages had streams.
    const [message] = await this.read<Found>(
      ['messages', 'alerts', 'reminders'],
      (label) => `CALL () {
         MATCH (m:${label('Message')} {reference: $reference}) WHERE m.provider = $provider
         RETURN m.about AS about, m.purpose AS purpose, m.id AS messageId, m.whose AS whose
         UNION
         MATCH (a:${label('Alert')} {reference: $reference}) WHERE a.provider = $provider RETURN a.id AS about, 'alert' AS purpose, null AS messageId, null AS whose
         UNION
         MATCH (a:${label('Alert')} {withdrawalReference: $reference}) WHERE a.takenBackBy = $provider
         RETURN a.id AS about, 'withdrawal' AS purpose, null AS messageId, null AS whose
         UNION
         MATCH (r:${label('Reminder')} {reference: $reference}) WHERE r.provider = $provider
         RETURN r.id AS about, 'reminder' AS purpose, null AS messageId, null AS whose
       }
       RETURN about, purpose, messageId, whose ORDER BY messageId IS NULL LIMIT 1`,
      { provider, reference },
    );
    if (!message) return undefined;
    const { about, purpose, messageId, whose } = message;
    return { about, purpose, ...(messageId !== null && whose !== null && { noted: { messageId, whose } }) };
  }
}

/** The queries in a worker. */
export const MESSAGE_GRAPH = workerDependency(
  'message graph',
  ({ base }): MessageGraph => new Neo4jMessages(base.driver),
);
