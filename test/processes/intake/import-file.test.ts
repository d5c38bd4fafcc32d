import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { importFile } from '../../../src/entrypoints/import-file.js';
import { startEventLogNode } from '@truyvet/event-log-node/server';
import { testEnvironment } from '../../support/environment.js';

let folder: string;
let node: Awaited<ReturnType<typeof startEventLogNode>>;
const before = process.env;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-import-'));
  node = await startEventLogNode({ port: 0, dataDir: join(folder, 'event-log') });
  process.env = testEnvironment({
    ...{ TRUYVET_DATA: join(folder, 'data'), EVENTSTORE_URL: node.connectionString(), TRUYVET_LOG_LEVEL: 'silent' },
  });
});

beforeEach(() => {
  for (const way of ['log', 'error'] as const) jest.spyOn(console, way).mockImplementation(() => undefined);
});

afterAll(async () => {
  process.env = before;
  await node.close();
  rmSync(folder, { recursive: true });
});

describe('An import', () => {
  it('needs the event log alone: no other service is named', async () => {
    const file = join(folder, 'people.csv');
    writeFileSync(file, 'person_id,name,phone\np1,An,0912000001\n');
    expect(await importFile('people', file, { source: 'cli' })).toBe(0);
  });

  it('of a pipe to which nobody writes ends when it is told to', async () => {
    const file = join(folder, 'pipe');
    execFileSync('mkfifo', [file]);
    const stop = new AbortController();
    const importing = importFile('people', file, { source: 'cli', stop: stop.signal });
    expect(await Promise.race([importing, delay(300)])).toBeUndefined();
    stop.abort();
    expect(await importing).toBe(130);
  });
});
