import { streams } from './events.js';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatInstant } from '../../src/kernel/instant.js';
import { answered } from '../../src/event-log/client-errors.js';

/** Length of an id that no index of the graph accepts; imports refuse it, but another program's log may contain it. */
const TOO_LONG = 20_000;
const RETRY_AFTER = 200;

/**
 * Appends a stay at a place that the graph cannot write, bypassing all checks; works even if the log is killed now and
 * then.
 * @param at seconds since 1970.
 * @returns the event's id.
 */
export async function poison(url: string, personId: string, at: number): Promise<string> {
  const id = randomUUID();
  const arrivedAt = formatInstant(at);
  const event = jsonEvent({
    id,
    type: 'CheckedIn',
    data: {
      ...{ personId, visitId: id, arrivedAt, leftAt: formatInstant(at + 3_600) },
      placeId: `${personId}-${'x'.repeat(TOO_LONG)}`,
    },
    metadata: { v: 1, source: 'poison' },
  });
  for (;;) {
    const client = EventStoreDBClient.connectionString(url);
    try {
      await answered(
        client.appendToStream(streams.presence(personId, arrivedAt).name, event, { expectedRevision: ANY }),
      );
      return id;
    } catch {
      // The log was killed. It comes back, and recognises a repeat.
      await delay(RETRY_AFTER);
    } finally {
      // After a kill of the log, the client may not notice that it is closed.
      client.dispose().catch(() => undefined);
    }
  }
}
