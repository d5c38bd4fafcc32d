import { CATALOGUE } from '../support/catalogue.js';
import { describe, it } from '@jest/globals';
import { EventStoreDBClient } from '@eventstore/db-client';
import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreClient, type LogClient } from '../../src/event-log/eventstore-client.js';
import { MemoryEventStore } from '../support/memory-event-store.js';
import { freshLogNode } from '../support/services.js';
import { describeEventStore } from './event-store.js';
import type { StoreUnderTest } from './store-under-test.js';

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @param admin the connection string of a user who may erase streams. */
async function overClient(
  by: LogClient,
  url: string,
  admin: string,
  rest: Pick<StoreUnderTest, 'restart'>,
  end: () => Promise<void>,
) {
  const store = new EventStoreClient(url, CATALOGUE, by);
  const client = EventStoreDBClient.connectionString(admin);
  return {
    store,
    ...rest,
    erase: async (stream: string) => {
      await client.tombstoneStream(stream);
    },
    close: async () => {
      await store.close();
      await client.dispose();
      await end();
    },
  };
}

describeEventStore('in memory, as the unit tests use it', () => {
  const store = new MemoryEventStore();
  return Promise.resolve({
    store,
    erase: (stream) => Promise.resolve(store.erase(stream)),
    close: () => store.close(),
  });
});

/** Both ways to the log, in words. */
const WAYS = { own: 'over its own wire', official: 'by the official client' } as const;
const CLIENTS = Object.keys(WAYS) as LogClient[];

for (const by of CLIENTS) {
  describeEventStore(
    `${WAYS[by]}, on the embedded node`,
    async () => {
      const node = await freshLogNode();
      const restart = async () => {
        const pid = await node.pidOf('event-log');
        await node.kill('event-log');
        while (isThere(pid)) await delay(10);
        await node.up();
      };
      return overClient(by, node.urls.eventStoreUrl, node.logAdminUrl(), { restart }, () => node.remove());
    },
    { canRestart: true },
  );
}

const url = process.env['EVENTSTORE_URL'];
if (url) {
  const command = process.env['TRUYVET_RESTART_EVENTSTORE'];
  // A server interprets every EVENTSTORE_* variable as one of its options, and does not start with an unknown one.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:EVENTSTORE|TRUYVET)_/.test(name)),
  );
  const restart = async () => void (await promisify(exec)(String(command), { env }));
  for (const by of CLIENTS) {
    describeEventStore(
      `${WAYS[by]}, on the server of EVENTSTORE_URL`,
      () => overClient(by, url, url, command === undefined ? {} : { restart }, async () => {}),
      { canRestart: command !== undefined },
    );
  }
} else {
  describe('The event store: on a real server', () => {
    it.skip('skipped: EVENTSTORE_URL is not set', () => {});
  });
}
