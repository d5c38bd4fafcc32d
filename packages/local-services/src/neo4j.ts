import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from './data-folder.js';
import { ServicesError } from './services-error.js';
import type { ServicesConfig } from './config.js';
import type { LocalService, Neo4jSettings } from './local-service.js';
import { serviceEnvironment } from './environment.js';
import { ensureJars, isComplete, jarFolder, pinnedDigests } from './neo4j-jars.js';
import type { Neo4jRelease } from './neo4j-release.js';
import { findCommand, findJava } from './tools.js';

/** The configured settings. Sizes that are not configured are chosen to suit the machine's memory. */
export function neo4jSettings(
  { neo4jHeap, neo4jPagecache, neo4jMore }: Pick<ServicesConfig, 'neo4jHeap' | 'neo4jPagecache' | 'neo4jMore'>,
  release: Neo4jRelease,
  memoryBytes = machineMemory(),
): Neo4jSettings {
  const suited = suitedMemory(memoryBytes / 2 ** 30);
  return { release, heap: neo4jHeap ?? suited.heap, pagecache: neo4jPagecache ?? suited.pagecache, more: neo4jMore };
}

function suitedMemory(gigabytes: number): Pick<Neo4jSettings, 'heap' | 'pagecache'> {
  // A machine with 16 GB reports a little less.
  if (gigabytes >= 15) return { heap: '2g', pagecache: '2g' };
  if (gigabytes >= 7.5) return { heap: '1g', pagecache: '1g' };
  if (gigabytes >= 3.5) return { heap: '1g', pagecache: '512m' };
  return { heap: '512m', pagecache: '256m' };
}

/** Bytes that this process may use: the machine's memory, or the container's limit where it is lower. */
function machineMemory(): number {
  const limit = process.constrainedMemory() || Infinity;
  return Math.min(totalmem(), limit);
}

/** The settings that do not depend on where Neo4j runs. */
export function commonSettings({ release, heap, pagecache, more }: Neo4jSettings): Record<string, string> {
  return {
    'server.http.enabled': 'false',
    'server.https.enabled': 'false',
    'server.memory.heap.initial_size': heap,
    'server.memory.heap.max_size': heap,
    'server.memory.pagecache.size': pagecache,
    'dbms.usage_report.enabled': 'false',
    // After a crash Neo4j replays everything since the last checkpoint. With this setting that takes seconds, not a
    // quarter of an hour.
    'db.checkpoint.interval.time': '30s',
    'db.tx_log.rotation.retention_policy': '1G size',
    // Far longer than anybody holds a lock. A longer wait is a deadlock that Neo4j does not detect.
    'db.lock.acquisition.timeout': '60s',
    ...release.settings,
    ...more,
  };
}

/** The text of neo4j.conf for a process on this machine. */
export function configuration(port: number, neo4j: Neo4jSettings): string {
  const settings = {
    ...commonSettings(neo4j),
    'server.default_listen_address': '127.0.0.1',
    'server.bolt.listen_address': `127.0.0.1:${port}`,
    ...neo4j.release.processSettings,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** Neo4j run from its jars, with a home folder of its own: `<data>/neo4j` with conf, data and logs. */
export const localNeo4j: LocalService = {
  name: 'neo4j',
  startMs: 180_000,
  graceMs: 20_000,
  hasPassword: true,

  ownLog: (dataDir) => join(dataDir, 'neo4j', 'logs', 'neo4j.log'),

  async missing({ release }) {
    const { java, unsuitable } = await findJava(release);
    const found = unsuitable.length > 0 ? `found only Java ${unsuitable.join(', ')}` : 'found none';
    return [
      ...(java ? [] : [{ tool: release.javaTool, why: `${runsOn(release)}; ${found}` }]),
      ...(findCommand('mvn') || isComplete(jarFolder(release.version), pinnedDigests(release.version))
        ? []
        : [{ tool: 'maven' as const, why: 'Maven (mvn) downloads Neo4j' }]),
    ];
  },

  async prepare({ dataDir, port, password, neo4j, say }) {
    const { release } = neo4j;
    const { java } = await findJava(release);
    if (!java) throw new ServicesError('tool-missing', `${runsOn(release)}, and none was found.`);
    const jars = await ensureJars(release, { java, mvn: findCommand('mvn'), say });
    const home = join(dataDir, 'neo4j');
    const conf = join(home, 'conf');
    makeFolder(conf);
    writeFileSync(join(conf, 'neo4j.conf'), configuration(port, neo4j));
    const classpath = ['-cp', join(jars, '*')];
    const env = serviceEnvironment({ NEO4J_HOME: home, NEO4J_CONF: conf });
    if (!existsSync(join(home, 'data', 'databases'))) await setPassword(java.command, classpath, home, password, env);
    say(`Neo4j: starting ${release.version} on port ${port} (heap ${neo4j.heap}, page cache ${neo4j.pagecache})`);
    const opened = ['java.nio', 'java.io', 'sun.nio.ch'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
    return {
      command: java.command,
      args: [
        ...[`-Xms${neo4j.heap}`, `-Xmx${neo4j.heap}`, '-XX:+UseG1GC', ...opened, ...release.arguments, ...classpath],
        ...[release.mainClass, `--home-dir=${home}`, `--config-dir=${conf}`],
      ],
      env,
      cwd: home,
    };
  },
};

const runsOn = ({ version, java }: Neo4jRelease) => `Neo4j ${version} runs on Java ${java}`;

/**
 * Sets the password before the first start. It is passed in a file, because every user of the machine sees arguments.
 */
async function setPassword(
  java: string,
  classpath: string[],
  home: string,
  password: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const file = join(home, 'conf', 'initial-password');
  writeFileSync(file, password, { mode: 0o600 });
  try {
    const args = [...classpath, 'org.neo4j.cli.AdminTool', 'dbms', 'set-initial-password', `@${file}`];
    await promisify(execFile)(java, args, { env, timeout: 120_000 });
  } finally {
    rmSync(file);
  }
}
