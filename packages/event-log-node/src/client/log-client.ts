import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds for calls that are under way: one that somebody left in the middle never ends. */
const ENDED_WITHIN = 500;

/**
 * Ends a client of the event log, its connection included. Disposed of alone, the client keeps that for half an hour: whoever
 * asks with a new one each time takes in the end all the connections that a log has.
 */
export async function endLogClient(client: EventStoreDBClient): Promise<void> {
  const over = new AbortController();
  const late = delay(ENDED_WITHIN, undefined, { signal: over.signal });
  await Promise.race([client.dispose(), late]).catch(() => undefined);
  over.abort();
  // Kept to its subclasses. Where there is no channel it makes one, which connects to nobody before the first call.
  const getChannel: unknown = Reflect.get(client, 'getChannel');
  if (typeof getChannel !== 'function')
    throw new Error('This version of @eventstore/db-client keeps channels otherwise.');
  const channel: unknown = await Promise.resolve(getChannel.call(client)).catch(() => undefined);
  if (isClosing(channel)) channel.close();
}

function isClosing(value: unknown): value is { close(): void } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
