import { streams } from './events.js';
import { ANY, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { answered } from '../../src/event-log/client-errors.js';
import { testServices } from './services.js';

/**
 * Makes the log that all tests share longer than a story in memory. Otherwise a command that uses it with the graph of
 * such a story would consider it an older copy.
 */
export async function lengthenSharedLog(): Promise<void> {
  const { eventStoreUrl } = await testServices();
  const client = EventStoreDBClient.connectionString(eventStoreUrl);
  const day = { arrivedAt: '2021-08-01T00:00:00Z', leftAt: '2021-08-01T01:00:00Z' };
  const events = Array.from({ length: 500 }, (_, i) =>
    jsonEvent({
      type: 'CheckedIn',
      data: { personId: 'filler', placeId: 'filler', visitId: `filler ${i} ${randomUUID()}`, ...day },
      metadata: { v: 1, source: 'tests' },
    }),
  );
  try {
    const stream = streams.presence('filler', day.arrivedAt);
    await answered(client.appendToStream(stream.name, events, { expectedRevision: ANY }));
  } finally {
    await client.dispose();
  }
}
