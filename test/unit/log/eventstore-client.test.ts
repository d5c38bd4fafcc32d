import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreClient } from '../../../src/log/eventstore-client.js';
import { startEventLogNode, type EventLogNode } from '../../../src/log/node/server.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-client-'));
let node: EventLogNode;
let store: EventStoreClient;

beforeAll(async () => {
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'log') });
  store = new EventStoreClient(node.connectionString());
});

afterAll(async () => {
  await store.close();
  await node.close();
  rmSync(folder, { recursive: true });
});

describe('Following the log', () => {
  const options = { types: ['PersonIsolated' as const], maxEvents: 10, maxWait: 20 };

  it('ends at once when it was told to stop before it began', async () => {
    const batches = store.follow({ ...options, signal: AbortSignal.abort() });
    expect(await batches[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined });
  });

  it('gives what comes before an event of a newer version, and then ends with an error', async () => {
    const event = { type: 'PersonIsolated' as const, data: { personId: 'An', startedAt: '2021-08-01T00:00:00Z' } };
    await store.append('person-An', [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
    const client = EventStoreDBClient.connectionString(node.connectionString());
    const newer = jsonEvent({ ...event, metadata: { v: 99, source: 'test' } });
    await client.appendToStream('person-An', [newer, jsonEvent({ ...event, metadata: { v: 1, source: 'test' } })]);
    await client.dispose();

    const taken: number[] = [];
    const follow = async () => {
      for await (const { events } of store.follow({ ...options, signal: new AbortController().signal })) {
        taken.push(...events.map(({ revision }) => revision));
      }
    };
    await expect(follow()).rejects.toThrow(/version 99.*older than the log/);
    expect(taken).toEqual([0]);
  });
});
