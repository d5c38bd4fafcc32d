import { afterAll, afterEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectGraph } from '../../src/contact-graph/neo4j.js';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, servicesStatus, type ServiceStatus } from '@truyvet/local-services';
import { killCommands, startScript, type Command } from '../support/command.js';
import { deadline } from '../support/deadline.js';
import { warmGraph } from '../support/warm-graph.js';

jest.setTimeout(300_000);

/** The first test starts it for the first time, and each later test starts it again. */
const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-stopping-'));

afterEach(async () => {
  await killCommands();
  await servicesDown({ config: readConfig({ TRUYVET_DATA: dataDir }) });
});

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Runs it as a user types it: npm's own processes are between the signal and the program. */
function npmStart(more: NodeJS.ProcessEnv = {}): Command {
  const env = { TRUYVET_DATA: dataDir, TRUYVET_PORT: '0', ...more };
  return startScript(['start', ...(process.env['CI'] ? ['--', '--install'] : [])], env);
}

const status = (): Promise<ServiceStatus[]> => servicesStatus({ config: readConfig({ TRUYVET_DATA: dataDir }) });

async function states(): Promise<string[]> {
  return (await status()).map(({ state }) => state);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (const late = deadline(); !(await holds()); await delay(100))
    if (late.passed()) throw new Error(`not yet: ${what}`);
}

const KEY = 'a-key-that-nobody-else-is-told';

describe('npm start', () => {
  it('stops what it started at SIGTERM, and leaves a Neo4j that was given to it unchanged', async () => {
    const graph = await warmGraph();
    try {
      const start = npmStart(graph.env);
      await start.printed('The API listens on');
      expect(await states()).toEqual(['running', 'stopped', 'running']);
      start.process.kill('SIGTERM');
      const { stdout } = await start.ended;
      expect(stdout).toMatch(/Stopped\.\n$/);
      expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
      const driver = connectGraph(graph.neo4j);
      expect((await driver.executeQuery('RETURN 1 AS one')).records).toHaveLength(1);
      await driver.close();
    } finally {
      await graph.release();
    }
  });

  it('gives services no key, restarts one that died, and stops it with all others at a Ctrl-C that arrives twice', async () => {
    const start = npmStart({ TRUYVET_SERVICE_KEY: KEY, OF_A_PROVIDER: KEY });
    await start.printed('The API listens on');
    const before = await status();
    if (process.platform === 'linux') {
      // Redis overwrites its command line with a title.
      for (const { name, pid } of before.filter((each) => each.name !== 'redis')) {
        const given = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        expect({ name, knows: given.some((each) => each.startsWith('PATH=')) }).toEqual({ name, knows: true });
        expect({ name, keys: given.filter((each) => each.includes(KEY)) }).toEqual({ name, keys: [] });
      }
    }
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(start.stdout()) ?? [];
    const headers = { Authorization: `Bearer ${KEY}` };
    const ready = async () => (await fetch(`${url}/health/ready`, { headers })).status === 200;
    await until(ready, 'it is ready');
    const pidOfRedis = (all: ServiceStatus[]) => all.find(({ name }) => name === 'redis')?.pid;
    process.kill(pidOfRedis(before) as number, 'SIGKILL');
    await start.printed('Redis stopped unexpectedly: starting it again');
    await until(async () => (await states()).every((state) => state === 'running'), 'Redis runs again');
    expect(pidOfRedis(await status())).not.toBe(pidOfRedis(before));
    await until(ready, 'it is ready again');
    start.process.kill('SIGINT');
    await delay(50);
    start.process.kill('SIGINT');
    const { stdout } = await start.ended;
    expect(stdout).toMatch(/Stopped\.\n$/);
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('stops everything that it has started if it is stopped before everything is up', async () => {
    const start = npmStart();
    await start.printed('Neo4j: starting');
    start.process.kill('SIGTERM');
    const { stdout } = await start.ended;
    expect(stdout).toMatch(/Stopped before everything was up\.\n$/);
    expect(stdout).not.toContain('Neo4j: ready');
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
  });
});
