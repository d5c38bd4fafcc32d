import type { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds for running calls. A call that its caller left in the middle never ends. */
const ENDED_WITHIN = 500;

/**
 * Ends a client of the event log and its connection. `dispose` alone keeps the connection for half an hour, so a
 * program that creates a client for each request would use up all connections of the log.
 */
export async function endLogClient(client: EventStoreDBClient): Promise<void> {
  const over = new AbortController();
  const late = delay(ENDED_WITHIN, undefined, { signal: over.signal });
  await Promise.race([client.dispose(), late]).catch(() => undefined);
  over.abort();
  // This method is protected. Without a channel it creates one, which connects to nothing before its first call.
  const getChannel: unknown = Reflect.get(client, 'getChannel');
  if (typeof getChannel !== 'function')
    throw new Error('This version of @eventstore/db-client keeps channels differently.');
  const channel: unknown = await Promise.resolve(getChannel.call(client)).catch(() => undefined);
  if (isClosing(channel)) channel.close();
}

function isClosing(value: unknown): value is { close(): void } {
  return typeof value === 'object' && value !== null && 'close' in value && typeof value.close === 'function';
}
