import { anyStream, eventsOf } from '../../support/events.js';
import { boot } from '../../../src/entrypoints/boot.js';
import { startEventLogNode } from '@truyvet/event-log-node/server';
import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder } from '../../../packages/event-log-node/test/harness.js';
import { LogDamaged, type RecordedEvent } from '../../../src/event-log/event-store.js';
import { EventStoreClient } from '../../../src/event-log/eventstore-client.js';

describe('A result that was edited in the file of a stopped log', () => {
  it('is a readable error for a client that reads or follows the log, at once and not after a minute', async () => {
    await inFolder(async (dir) => {
      const event = {
        type: 'PersonIsolated' as const,
        data: { personId: 'positive', startedAt: '2021-08-01T00:00:00Z' },
      };
      const { catalogue } = await boot();
      const first = await startEventLogNode({ port: 0, dataDir: dir });
      const writer = new EventStoreClient(first.connectionString(), catalogue);
      await writer.append(anyStream('person-1'), [{ id: randomUUID(), event, provenance: { source: 'test' } }], 'any');
      await writer.close();
      await first.close();
      const chunk = join(dir, 'log', '00000000.chunk');
      const bytes = readFileSync(chunk);
      bytes.write('negative', bytes.indexOf('positive'), 'latin1');
      writeFileSync(chunk, bytes);

      const said: string[] = [];
      const node = await startEventLogNode({ port: 0, dataDir: dir, warn: (text) => said.push(text) });
      const store = new EventStoreClient(node.connectionString(), catalogue);
      try {
        const read = async (): Promise<RecordedEvent[]> => {
          const all = [];
          for await (const each of store.read(anyStream('person-1'))) all.push(each);
          return all;
        };
        await expect(read()).rejects.toThrow(LogDamaged);
        await expect(read()).rejects.toThrow(/there stood event 0 of person-1/);
        const stop = new AbortController();
        const errors: unknown[] = [];
        const onError = (error: unknown): void => {
          errors.push(error);
          stop.abort();
        };
        const events = eventsOf('PersonIsolated');
        for await (const batch of store.follow({ events, maxEvents: 1, maxWait: 1, signal: stop.signal, onError })) {
          expect(batch.events).toEqual([]);
        }
        expect(errors[0]).toBeInstanceOf(LogDamaged);
        // The operator is informed once, not for each reader that returns to the damage.
        expect(said.filter((text) => /damaged/.test(text))).toHaveLength(1);
      } finally {
        await store.close();
        await node.close();
      }
    });
  });
});
