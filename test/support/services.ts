import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accessFolderOf, logFolderOf, logUrl } from '@truyvet/event-log-node';
import { readConfig, type Config } from '../../src/platform/config.js';
import { type ServiceName, servicesDown, servicesStatus, servicesUp, type ServiceUrls } from '@truyvet/local-services';
import { identityOf } from '@truyvet/local-services/machine';
import { readState } from '@truyvet/local-services/state';
import { warmGraph } from './warm-graph.js';

/** The installation that all tests share; global-setup.mjs starts it and global-teardown.mjs stops it. */
export const testDataDir = resolve('.truyvet-test');

/** Ignores services that the environment names, because they may hold the data of real people. */
export function testConfig(dataDir = testDataDir): Config {
  return readConfig({ TRUYVET_DATA: dataDir });
}

let starting: Promise<ServiceUrls> | undefined;

/**
 * The log and the Redis of the tests' own installation, whatever the environment contains. The first caller starts
 * them, and all tests share them: use your own prefix in Redis and your own streams in the log. Its graph is a
 * `warmGraph`.
 */
export function testServices(): Promise<ServiceUrls> {
  starting ??= servicesUp({ config: testConfig(), only: ['event-log', 'redis'], install: true });
  return starting;
}

export interface TestInstallation {
  config: Config;
  dataDir: string;
  /** The environment with which a command uses it. */
  env: Record<string, string>;
  urls: ServiceUrls;
  /** The connection string of the event log's user who may erase. */
  logAdminUrl(): string;
  /** The process of one of its services. */
  pidOf(name: ServiceName): Promise<number>;
  /** SIGKILL, as a crash or the kernel's memory killer would. */
  kill(name: ServiceName): Promise<void>;
  /** Starts services that are not running; ports and data stay the same. */
  up(): Promise<ServiceUrls>;
  /** Stops everything and removes the data. */
  remove(): Promise<void>;
}

/**
 * Separate services in a temporary folder, whatever the environment contains; the Neo4j has run before.
 * @param fill puts data into the folder before anything starts.
 */
export async function freshInstallation(
  only: readonly ServiceName[],
  fill: (dataDir: string) => void = () => undefined,
): Promise<TestInstallation> {
  const dataDir = mkdtempSync(join(tmpdir(), 'truyvet-'));
  fill(dataDir);
  const graph = only.includes('neo4j') ? await warmGraph() : undefined;
  const env = { TRUYVET_DATA: dataDir, ...graph?.env };
  const config = readConfig({ ...env, TRUYVET_DOCKER: process.env.TRUYVET_DOCKER });
  const up = () => servicesUp({ config, only, install: true });
  const pidOf = async (name: ServiceName) => {
    const [status] = await servicesStatus({ config, only: [name] });
    if (status?.pid === undefined) throw new Error(`${name} is not running in ${dataDir}`);
    return status.pid;
  };
  return {
    config,
    dataDir,
    env,
    urls: await up(),
    logAdminUrl: () => logAdminUrl(dataDir),
    pidOf,
    kill: async (name) => {
      const pid = await pidOf(name);
      const identity = identityOf(pid);
      process.kill(pid, 'SIGKILL');
      // A start before it is gone would consider it running.
      while (identityOf(pid) === identity) await delay(10);
    },
    up,
    remove: async () => {
      await servicesDown({ config });
      await graph?.release();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The connection string of the user who may erase streams of an installation's event log. */
export function logAdminUrl(dataDir: string): string {
  const record = readState(dataDir)['event-log'];
  const url = record && logUrl({ host: 'localhost', port: record.port }, accessFolderOf(logFolderOf(dataDir)), 'admin');
  if (url === undefined) throw new Error(`the event log of ${dataDir} was never started`);
  return url;
}

/** A separate log node, without Neo4j and Redis. */
export function freshLogNode(): Promise<TestInstallation> {
  return freshInstallation(['event-log']);
}
