import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '../../src/platform/config.js';
import { servicesDown, type ServiceStatus, serviceUrls, type ServiceUrls } from '@truyvet/local-services';
import { identityOf } from '@truyvet/local-services/machine';
import { readState, type ServiceRecord, writeState } from '@truyvet/local-services/state';
import { testEnvironment } from '../support/environment.js';
import { freshInstallation, freshLogNode, type TestInstallation } from '../support/services.js';

const minutes = 60_000;
jest.setTimeout(3 * minutes);

async function graphAnswers({ neo4j: { url, user, password } }: ServiceUrls, cypher: string): Promise<unknown> {
  const driver = neo4j.driver(url, neo4j.auth.basic(user, password));
  try {
    const { records } = await driver.executeQuery(cypher);
    return records[0]?.get(0);
  } finally {
    await driver.close();
  }
}

async function queuesAnswer({ redisUrl }: ServiceUrls, ...command: [string, ...string[]]): Promise<unknown> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  const refusals: Error[] = [];
  redis.on('error', (error: Error) => refusals.push(error));
  try {
    return await redis.call(...command);
  } finally {
    redis.disconnect();
  }
}

async function logAnswers({ eventStoreUrl }: ServiceUrls, stream: string): Promise<number> {
  const client = EventStoreDBClient.connectionString`${eventStoreUrl}`;
  try {
    await client.appendToStream(stream, jsonEvent({ type: 'Asked', data: {} }));
    let events = 0;
    for await (const _ of client.readStream(stream)) events += 1;
    return events;
  } finally {
    await client.dispose();
  }
}

/** The arguments of every process; a small machine has no `ps`. */
function argumentsOfAll(): string {
  if (process.platform !== 'linux') return execFileSync('ps', ['-A', '-o', 'args=']).toString();
  const texts = readdirSync('/proc').map((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  });
  return texts.join('\n');
}

describe('the services of one folder, by the command as a user types it', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-services-'));
  const env = testEnvironment({ TRUYVET_DATA: dataDir });
  const flags = process.env.CI ? ['--install'] : [];

  async function services(...args: string[]) {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, ['bin/truyvet.js', 'services', ...args], {
        env,
      });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  }

  async function status(): Promise<ServiceStatus[]> {
    const all = JSON.parse((await services('status', '--json')).stdout) as (ServiceStatus & { memory_bytes: number })[];
    return all.map(({ memory_bytes: memoryBytes, ...each }) => ({ ...each, memoryBytes }));
  }

  const pids = (all: ServiceStatus[]) => all.map(({ pid }) => pid);

  function urls(): ServiceUrls {
    return serviceUrls(readConfig({ TRUYVET_DATA: dataDir }));
  }

  let first: ServiceStatus[];

  beforeEach(async () => {
    const { code, stderr } = await services('up', ...flags);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    first = await status();
  }, 15 * minutes);

  afterAll(async () => {
    await services('down');
    rmSync(dataDir, { recursive: true });
  });

  it('all run, and report address, version, process and memory', () => {
    expect(first.map(({ name, state, via }) => [name, state, via])).toEqual([
      ['event-log', 'running', 'process'],
      ['neo4j', 'running', 'process'],
      ['redis', 'running', 'process'],
    ]);
    expect(first[1]?.version).toMatch(/^5\.26\./);
    expect(first[2]?.version).toMatch(/^\d+\.\d+\.\d+/);
    for (const { memoryBytes, address, log } of first) {
      expect(memoryBytes).toBeGreaterThan(1_000_000);
      expect(address).toMatch(/^[a-z]+:\/\/(127\.0\.0\.1|localhost):(1[7-9]|2\d|3[01])\d{3}/);
      expect(statSync(log as string).isFile()).toBe(true);
    }
  });

  it('answer to their clients', async () => {
    const at = urls();
    expect(await graphAnswers(at, 'RETURN 7')).toEqual(neo4j.int(7));
    expect(await queuesAnswer(at, 'SET', 'asked', 'yes')).toBe('OK');
    expect(await logAnswers(at, 'asked-1')).toBe(1);
  });

  it('store what queues need: an append-only file, and no eviction', async () => {
    const at = urls();
    expect(await queuesAnswer(at, 'CONFIG', 'GET', 'append[of][nos]*')).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']),
    );
    expect(await queuesAnswer(at, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });

  it('refuse everybody without the password', async () => {
    const at = urls();
    const stranger = { ...at, neo4j: { ...at.neo4j, password: 'guess' } };
    await expect(graphAnswers(stranger, 'RETURN 1')).rejects.toThrow(/unauthorized/i);
    await expect(
      queuesAnswer({ ...at, redisUrl: at.redisUrl.replace(/:[^:@]+@/, ':guess@') }, 'PING'),
    ).rejects.toThrow();
  });

  it('hide their passwords: no argument of a process contains them, and only the owner can read their files', async () => {
    expect(statSync(join(dataDir, 'services.json')).mode & 0o777).toBe(0o600);
    const at = urls();
    const redisPassword = new URL(at.redisUrl).password;
    const arguments_ = argumentsOfAll();
    expect(arguments_).toContain(dataDir);
    for (const secret of [at.neo4j.password, redisPassword]) expect(arguments_).not.toContain(secret);
    expect((await services('status')).stdout).not.toContain(redisPassword);
  });

  it('are left unchanged by a second start', async () => {
    const { code, stderr } = await services('up');
    expect(code).toBe(0);
    expect(stderr.match(/running already/g)).toHaveLength(3);
    expect(pids(await status())).toEqual(pids(first));
  });

  it('keep their Neo4j while another version is requested, and say how to change it', async () => {
    const { code, stderr } = await services('up', '--neo4j', '2026.08.1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Neo4j 5\.26\.31 is running, not 2026\.08\.1\.\nStop it first: npx truyvet services down/);
    expect(pids(await status())).toEqual(pids(first));
  });

  it(
    'are shown as stopped after a kill, and only what was killed is started again, with its data',
    async () => {
      expect(await queuesAnswer(urls(), 'SET', 'kept', 'yes')).toBe('OK');
      process.kill(first[2]?.pid as number, 'SIGKILL');
      const { code, stdout } = await services('status');
      expect(code).toBe(3);
      expect(stdout).toMatch(/^Redis +stopped /m);
      await services('up');
      const now = await status();
      expect(now.map(({ state }) => state)).toEqual(['running', 'running', 'running']);
      expect(pids(now).slice(0, 2)).toEqual(pids(first).slice(0, 2));
      expect(now[2]?.pid).not.toBe(first[2]?.pid);
      expect(now[2]?.address).toBe(first[2]?.address);
      expect(await queuesAnswer(urls(), 'GET', 'kept')).toBe('yes');
    },
    minutes,
  );

  it('stop, leave nothing running, and start again quickly on the same ports', async () => {
    expect(await graphAnswers(urls(), 'CREATE (n:Kept) RETURN 7')).toEqual(neo4j.int(7));
    expect(await logAnswers(urls(), 'kept-1')).toBe(1);
    const running = pids(first) as number[];
    expect((await services('down')).code).toBe(0);
    expect(running.map((pid) => identityOf(pid))).toEqual([undefined, undefined, undefined]);
    expect((await status()).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(argumentsOfAll()).not.toContain(dataDir);

    const again = await services('up');
    expect(again.stderr).not.toContain('downloading');
    expect((await status()).map(({ address }) => address)).toEqual(first.map(({ address }) => address));
    const at = urls();
    expect(await graphAnswers(at, 'MATCH (n:Kept) RETURN count(n)')).toEqual(neo4j.int(1));
    expect(await logAnswers(at, 'kept-1')).toBe(2);
  });

  it('refuse to continue with a password that is not that of the store', async () => {
    await services('down');
    const file = join(dataDir, 'services.json');
    const kept = readFileSync(file, 'utf8');
    const password = (JSON.parse(kept) as { services: { neo4j: { password: string } } }).services.neo4j.password;
    writeFileSync(file, kept.replace(password, 'f'.repeat(48)));
    const { code, stderr } = await services('up');
    writeFileSync(file, readFileSync(file, 'utf8').replace('f'.repeat(48), password));
    expect(code).toBe(1);
    expect(stderr).toContain('Neo4j refuses the password');
  });
});

describe('two folders', () => {
  let one: TestInstallation;
  let two: TestInstallation;

  beforeAll(async () => {
    [one, two] = await Promise.all([freshInstallation(['event-log', 'redis']), freshLogNode()]);
  });

  afterAll(async () => {
    await Promise.all([one.remove(), two.remove()]);
  });

  it('run side by side, each with its own ports and data', async () => {
    const [ofOne, ofTwo] = await Promise.all([one.up(), two.up()]);
    expect(ofOne.eventStoreUrl).not.toBe(ofTwo.eventStoreUrl);
    expect(await logAnswers(ofOne, 'beside-1')).toBe(1);
    expect(await logAnswers(ofTwo, 'beside-1')).toBe(1);
  });

  it('get users and TLS after version 0.1.0 left them without, and lose nothing', async () => {
    expect(await logAnswers(await two.up(), 'secured-1')).toBe(1);
    await servicesDown({ config: two.config });
    const access = join(two.dataDir, 'event-log-access');
    rmSync(access, { recursive: true });
    // Left behind by a log without authentication that is still running.
    const old = spawn('sleep', ['600'], { stdio: 'ignore' });
    await new Promise((resolve) => old.once('spawn', resolve));
    const ended = new Promise((resolve) => old.once('exit', resolve));
    const pid = old.pid as number;
    const state = readState(two.dataDir);
    const { secured: _, ...before } = state['event-log'] as ServiceRecord;
    const run = { pid, identity: identityOf(pid) as string };
    writeState(two.dataDir, { ...state, 'event-log': { ...before, run } });

    const urls = await two.up();
    await ended;
    expect(urls.eventStoreUrl).toMatch(/^esdb:\/\/truyvet:.*tls=true&tlsCAFile=/);
    expect(await logAnswers(urls, 'secured-1')).toBe(2);
    expect(readdirSync(access)).toContain('admin.password');
    expect(argumentsOfAll()).not.toContain(readFileSync(join(access, 'truyvet.password'), 'utf8').trim());
    expect(readFileSync(join(two.dataDir, 'logs', 'event-log.log'), 'utf8')).not.toContain(
      readFileSync(join(access, 'admin.password'), 'utf8').trim(),
    );
  });

  it(
    'stop separately',
    async () => {
      const other = await two.pidOf('event-log');
      expect(await logAnswers(one.urls, 'stopped-1')).toBe(1);
      const config = one.config;
      await servicesDown({ config });
      expect(await two.pidOf('event-log')).toBe(other);
      await one.up();
      expect(await logAnswers(one.urls, 'stopped-1')).toBe(2);
    },
    minutes,
  );
});
