import type { EventStoreDBClient } from '@eventstore/db-client';
import { within } from '../platform/stopping.js';

/** Milliseconds for calls that are under way: one that somebody left in the middle never ends. */
const ENDED_WITHIN = 500;

/**
 * Ends a client of the event log, its connection included. Disposed of alone, the client keeps that for half an hour: whoever
 * asks with a new one each time takes in the end all the connections that a log has.
 */
export async function endLogClient(client: EventStoreDBClient): Promise<void> {
  await within(ENDED_WITHIN, client.dispose());
  // Kept to its subclasses. Where there is no channel it makes one, which connects to nobody before the first call.
  const { getChannel } = client as unknown as { getChannel: () => Promise<{ close(): void }> };
  const channel = await getChannel().catch(() => undefined);
  channel?.close();
}
