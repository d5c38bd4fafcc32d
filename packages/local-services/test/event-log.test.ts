import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localEventLog } from '../src/event-log.js';
import { servicesUp } from '../src/index.js';
import { ltsRelease } from '../src/neo4j-release.js';
import { configOf } from './config.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'truyvet-event-log-'));
  process.env['KEY_OF_THE_CALLER'] = 'secret';
});
afterEach(() => {
  delete process.env['KEY_OF_THE_CALLER'];
  rmSync(dataDir, { recursive: true });
});

describe('the embedded event log', () => {
  it('is started as the caller says, in an existing folder, and knows none of the secrets of this process', async () => {
    const launch = await localEventLog.prepare({
      ...{ dataDir, port: 20_001, password: '', neo4j: { release: ltsRelease, heap: '1g', pagecache: '1g', more: {} } },
      startEventLog: ({ port, folder }) => ({ command: 'log', args: [String(port), folder], env: { CLOCK: '-3d' } }),
      say: () => undefined,
    });
    const folder = join(dataDir, 'event-log');
    expect(launch).toMatchObject({ command: 'log', args: ['20001', folder], cwd: dataDir });
    expect(launch.env).toMatchObject({ CLOCK: '-3d', PATH: process.env['PATH'] });
    expect(launch.env).not.toHaveProperty('KEY_OF_THE_CALLER');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('that cannot be started is reported in the words of the caller, with what to do', async () => {
    const startEventLog = () => {
      throw Object.assign(new Error('The program is not built.'), { fix: 'Build it.' });
    };
    await expect(
      servicesUp({ config: configOf(dataDir, { startEventLog }), only: ['event-log'] }),
    ).rejects.toMatchObject({ code: 'start-failed', message: 'The program is not built.', fix: 'Build it.' });
  });
});
