import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runRequest } from '../../../src/cli/run-request.js';
import { settingsOnly } from '../../../src/entrypoints/contexts.js';
import { servicesStatus } from '../../../src/operations/installation-requests.js';
import { serviceLines, shownServices } from '../../../src/operations/service-lines.js';
import { readConfig } from '../../../src/platform/config.js';

const NONE = { address: undefined, version: undefined, pid: undefined, memoryBytes: undefined };
const REST = { log: undefined, problem: undefined };

let folder: string;
let printed: string[];
const before = process.exitCode;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-status-'));
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  process.exitCode = before;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function status(json: boolean): Promise<void> {
  const config = readConfig({ TRUYVET_DATA: folder, TRUYVET_DOCKER: 'no' });
  await runRequest(servicesStatus, {}, {}, json, (_, use) =>
    use(settingsOnly(config).for({ source: 'cli' }), { zone: 'UTC' }),
  );
}

it('The status of services that do not run is printed as JSON, ends with 3, and writes nothing', async () => {
  await status(true);
  expect(JSON.parse(printed.join('\n'))).toMatchObject(
    ['event-log', 'neo4j', 'redis'].map((name) => ({ name, state: 'stopped' })),
  );
  expect(process.exitCode).toBe(3);
  expect(readdirSync(folder)).toEqual([]);
});

it('The status of services is printed for people with where each runs, how large it is, and what is wrong', () => {
  const running = { ...NONE, ...REST, address: 'esdb://127.0.0.1:2113', version: '1', pid: 7, memoryBytes: 2 ** 21 };
  expect([
    ...serviceLines(
      shownServices([
        { name: 'event-log', state: 'running', via: 'process', ...running },
        { name: 'redis', state: 'unreachable', via: 'url', ...NONE, ...REST, problem: 'it does not answer' },
      ]),
    ),
  ]).toEqual([
    expect.stringMatching(/^\S.* {2}running {6}esdb:\/\/127.0.0.1:2113 {2}1 {2}pid 7 {2}2 MB$/),
    expect.stringMatching(/^\S.* {2}unreachable {2}- {22}- {2}- {6}-$/),
    'Redis: it does not answer',
  ]);
});
