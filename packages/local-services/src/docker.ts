import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ServicesError } from './services-error.js';
import { makeFolder } from './data-folder.js';
import { serviceEnvironment } from './environment.js';
import type { Neo4jSettings } from './local-service.js';
import { commonSettings } from './neo4j.js';
import { redisConfiguration } from './redis.js';
import { findCommand } from './tools.js';
import type { ServiceName } from './types.js';

/** The same images as in docker/compose.yml. That of Neo4j has its version as tag. */
export const images = { neo4j: 'neo4j', redis: 'redis:7.2.7' };

/** The event log needs no container: it is part of this program. */
export type Containerized = Extract<ServiceName, 'neo4j' | 'redis'>;

export interface ContainerSettings {
  name: Containerized;
  dataDir: string;
  port: number;
  password: string;
  neo4j: Neo4jSettings;
}

/** Whether a Docker engine answers. */
export async function hasEngine(): Promise<boolean> {
  if (!findCommand('docker')) return false;
  try {
    await docker(['info', '--format', '{{.ServerVersion}}'], serviceEnvironment(), 10_000);
    return true;
  } catch {
    return false;
  }
}

/** The container name for a service of a data folder: readable, and different for every folder. */
export function containerName(dataDir: string, name: Containerized): string {
  const readable = basename(dataDir).replaceAll(/[^a-zA-Z0-9]+/g, '') || 'data';
  return `truyvet-${readable}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 8)}-${name}`;
}

/**
 * Replaces a stopped container of the service by a new one, with its data in the data folder and its port on
 * loopback.
 * @returns the container's name.
 */
export async function startContainer(settings: ContainerSettings): Promise<string> {
  const container = containerName(settings.dataDir, settings.name);
  await removeContainer(container);
  const { args, env } = runArguments(settings, container);
  await docker(args, serviceEnvironment(env), 600_000);
  return container;
}

function runArguments(settings: ContainerSettings, container: string) {
  const { name, dataDir, port, password, neo4j } = settings;
  const folder = join(dataDir, name);
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  const common = [
    ...['run', '--detach', '--name', container, ...user],
    ...['--label', `truyvet.data=${dataDir}`, '--label', `truyvet.service=${name}`],
  ];
  if (name === 'redis') {
    makeFolder(folder);
    const conf = redisConfiguration({ bind: '0.0.0.0', port: 6379, dir: '/data', password });
    writeFileSync(join(folder, 'redis.conf'), conf, { mode: 0o600 });
    const mount = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${folder}:/data`];
    return { args: [...common, ...mount, images.redis, 'redis-server', '/data/redis.conf'], env: {} };
  }
  for (const part of ['data', 'logs']) makeFolder(join(folder, part));
  const set = Object.entries(commonSettings(neo4j)).flatMap(([key, value]) => [
    '--env',
    `${neo4jVariable(key)}=${value}`,
  ]);
  // The arguments contain only the name of the variable with the password, because every user of the machine sees
  // them.
  const mount = [
    ...['--publish', `127.0.0.1:${port}:7687`, '--env', 'NEO4J_AUTH', ...set],
    ...['--volume', `${join(folder, 'data')}:/data`, '--volume', `${join(folder, 'logs')}:/logs`],
  ];
  return {
    args: [...common, ...mount, `${images.neo4j}:${neo4j.release.version}`],
    env: { NEO4J_AUTH: `neo4j/${password}` },
  };
}

/** The image takes a setting as a variable: underscores are doubled, then dots become underscores. */
export function neo4jVariable(setting: string): string {
  return `NEO4J_${setting.replaceAll('_', '__').replaceAll('.', '_')}`;
}

export async function isRunning(container: string): Promise<boolean> {
  return (await inspect(container, '{{.State.Running}}')) === 'true';
}

/** Process id of a container's first process, on the engine's machine. */
export async function containerPid(container: string): Promise<number | undefined> {
  return Number(await inspect(container, '{{.State.Pid}}')) || undefined;
}

async function inspect(container: string, format: string): Promise<string | undefined> {
  try {
    return await docker(['inspect', '--format', format, container], serviceEnvironment(), 20_000);
  } catch {
    return undefined;
  }
}

export function containerLog(container: string): Promise<string> {
  return docker(['logs', '--tail', '20', container], serviceEnvironment(), 20_000);
}

export async function stopContainer(container: string, graceMs: number): Promise<void> {
  const seconds = String(Math.ceil(graceMs / 1000));
  if (await isRunning(container))
    await docker(['stop', '-t', seconds, container], serviceEnvironment(), graceMs + 30_000);
  await removeContainer(container);
}

async function removeContainer(container: string): Promise<void> {
  if ((await inspect(container, '{{.Id}}')) !== undefined)
    await docker(['rm', '--force', container], serviceEnvironment(), 60_000);
}

async function docker(args: string[], env: NodeJS.ProcessEnv, timeout: number): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)('docker', args, { env, timeout });
    // `docker logs` prints the container's standard error to its own standard error.
    return (args[0] === 'logs' ? stdout + stderr : stdout).trim();
  } catch (error) {
    const reason = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw new ServicesError(
      'docker-failed',
      `docker ${args[0]} failed: ${reason}`,
      'Correct that, or run without Docker: TRUYVET_DOCKER=no npx truyvet services up',
    );
  }
}
