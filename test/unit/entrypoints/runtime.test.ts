import { expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openRuntime } from '../../../src/entrypoints/runtime.js';
import { startEventLogNode } from '../../../src/log/node/server.js';
import { readConfig } from '../../../src/platform/config.js';

it('A process with another master key than the first is refused', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-runtime-'));
  const node = await startEventLogNode({ port: 0, dataDir: join(dataDir, 'event-log') });
  const open = async (machine: string) => {
    const config = readConfig({
      TRUYVET_DATA: join(dataDir, machine),
      EVENTSTORE_URL: node.connectionString,
      NEO4J_URL: 'bolt://127.0.0.1:1',
      NEO4J_PASSWORD: 'unused',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    const runtime = await openRuntime(config, pino({ level: 'silent' }));
    await runtime.close();
    return runtime.storeId;
  };
  try {
    const storeId = await open('one');
    expect(await open('one')).toBe(storeId);
    await expect(open('other')).rejects.toThrow(/another master key/);
  } finally {
    await node.close();
    rmSync(dataDir, { recursive: true });
  }
});
