import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, servicesStatus } from '../../src/platform/services/index.js';
import { killCommands, startScript, type Command } from '../support/command.js';

jest.setTimeout(300_000);

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'truyvet-stopping-'));
});

afterEach(async () => {
  await killCommands();
  await servicesDown({ config: readConfig({ TRUYVET_DATA: dataDir }) });
  rmSync(dataDir, { recursive: true, force: true });
});

/** As a user types it: what npm runs stands between the signal and the program. */
function npmStart(): Command {
  const env = { TRUYVET_DATA: dataDir, TRUYVET_PORT: '0' };
  return startScript(['start', ...(process.env['CI'] ? ['--', '--install'] : [])], env);
}

async function states(): Promise<string[]> {
  return (await servicesStatus({ config: readConfig({ TRUYVET_DATA: dataDir }) })).map(({ state }) => state);
}

describe('npm start', () => {
  it.each<[string, NodeJS.Signals, number]>([
    ['SIGTERM', 'SIGTERM', 1],
    ['a Ctrl-C that arrives twice', 'SIGINT', 2],
  ])('stops everything that it started at %s', async (_, signal, times) => {
    const start = npmStart();
    await start.printed('The API listens on');
    expect(await states()).toEqual(['running', 'running', 'running']);
    for (let sent = 0; sent < times; sent++) {
      if (sent > 0) await delay(50);
      start.process.kill(signal);
    }
    const { stdout } = await start.ended;
    expect(stdout).toMatch(/Stopped\.\n$/);
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('stops what it started by then when it is told to before everything is up', async () => {
    const start = npmStart();
    await start.printed('Neo4j: starting');
    start.process.kill('SIGTERM');
    const { stdout } = await start.ended;
    expect(stdout).toMatch(/Stopped before everything was up\.\n$/);
    expect(stdout).not.toContain('Neo4j: ready');
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  });
});
