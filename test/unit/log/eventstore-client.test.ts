import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreClient } from '../../../src/log/eventstore-client.js';
import { startEventLogNode, type EventLogNode } from '../../../src/log/node/server.js';

const folder = mkdtempSync(join(tmpdir(), 'truyvet-client-'));
let node: EventLogNode;
let store: EventStoreClient;

beforeAll(async () => {
  node = await startEventLogNode({ port: 0, dataDir: folder });
  store = new EventStoreClient(node.connectionString);
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
});
