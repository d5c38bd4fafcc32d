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

  it('lists as JSON what is wrong with which rows, as HTTP does, and keeps the refused rows in a file', async () => {
    const file = join(folder, 'some.csv');
    writeFileSync(file, 'person_id,name,phone\np2,Binh,0912000002\n,Chi,0912000003\n');
    const printed: string[] = [];
    jest.mocked(console.log).mockImplementation((line: string) => void printed.push(line));
    expect(await importFile('people', file, { source: 'cli', json: true })).toBe(2);
    expect(printed.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      {
        ...{ rows: 2, accepted: 1, rejected: 1, rejects_file: `${file}.rejects.csv`, errors_left_out: 0 },
        errors: [{ row: 3, field: 'person_id', reason: 'is missing', fix: expect.any(String) }],
      },
    ]);
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
