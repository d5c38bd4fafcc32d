import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { ServicesError } from './services-error.js';
import { serviceEnvironment } from './environment.js';
import { findCommand } from './tools.js';

/** `java`: one that Neo4j 5.26 runs on; `java-21`: 21 or later. */
export type Tool = 'java' | 'java-21' | 'maven' | 'redis';
export type System = 'debian' | 'fedora' | 'macos' | 'other';

export interface SystemInfo {
  system: System;
  /** ID and VERSION_ID of /etc/os-release; empty when there is no such file. */
  id: string;
  version: string;
  root: boolean;
}

/** Finds the family of a system in the text of its /etc/os-release. */
export function systemFrom(platform: string, osRelease: string, root: boolean): SystemInfo {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? '';
  const [id, version] = [field('ID'), field('VERSION_ID')];
  const family = [id, ...field('ID_LIKE').split(' ')];
  const has = (...names: string[]) => names.some((name) => family.includes(name));
  if (platform === 'darwin') return { system: 'macos', id: 'macos', version: '', root };
  if (has('debian', 'ubuntu')) return { system: 'debian', id, version, root };
  if (has('fedora', 'rhel', 'centos')) return { system: 'fedora', id, version, root };
  return { system: 'other', id, version, root };
}

export function thisSystem(): SystemInfo {
  const path = '/etc/os-release';
  return systemFrom(process.platform, existsSync(path) ? readFileSync(path, 'utf8') : '', process.getuid?.() === 0);
}

const JAVA_21 = 'openjdk-21-jre-headless';

/** Debian 13 and Ubuntu from 24 on get Java 21, because they drop Java 17. */
function debianJava({ id, version }: Pick<SystemInfo, 'id' | 'version'>): string {
  const newest = id === 'ubuntu' ? Number(version) >= 24 : Number(version) >= 13;
  return newest ? JAVA_21 : 'openjdk-17-jre-headless';
}

/** What the command for Debian does not say about Java. */
function remarkOn(tools: Tool[], at: SystemInfo, java: string): string {
  if (at.system !== 'debian') return tools.includes('java') ? '   (Debian 13: openjdk-21-jre-headless)' : '';
  const lacks = tools.includes('java-21') && java !== JAVA_21;
  return lacks ? '   (if this release lacks it: https://adoptium.net)' : '';
}

/** The command that installs the tools on each family of systems. */
function commands(tools: Tool[], at: SystemInfo): Record<Exclude<System, 'other'>, string> {
  const sudo = at.root ? '' : 'sudo ';
  const list = (names: Record<Tool, string>) => tools.map((tool) => names[tool]).join(' ');
  const java = debianJava(at.system === 'debian' ? at : { id: 'debian', version: '12' });
  const debian = list({ java, 'java-21': JAVA_21, maven: 'maven', redis: 'redis-server' });
  const newest = 'java-21-openjdk-headless';
  const remark = remarkOn(tools, at, java);
  return {
    debian: `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${debian}${remark}`,
    fedora: `${sudo}dnf install -y ${list({ java: newest, 'java-21': newest, maven: 'maven', redis: 'valkey' })}`,
    macos: `brew install ${list({ java: 'openjdk@21', 'java-21': 'openjdk@21', maven: 'maven', redis: 'redis' })}`,
  };
}

const names = { debian: 'Debian, Ubuntu', fedora: 'Fedora', macos: 'macOS' };

/** The commands that install the tools: for this system first, then for the others. */
export function installHint(tools: Tool[], at: SystemInfo): string {
  const all = commands(tools, at);
  const order = (['debian', 'fedora', 'macos'] as const).toSorted(
    (a, b) => Number(b === at.system) - Number(a === at.system),
  );
  const lines = order.map((system) => `  ${`${names[system]}:`.padEnd(16)} ${all[system]}`);
  const offer = at.system === 'debian' ? ['Or, as root: npx truyvet services up --install'] : [];
  return ['Install what is missing:', ...lines, ...offer].join('\n');
}

export function canInstall({ system, root }: SystemInfo): boolean {
  return system === 'debian' && root;
}

/**
 * Installs the tools with apt-get. A Redis that comes with a system service is not left running.
 * @throws ServicesError when apt-get fails.
 */
export async function installTools(tools: Tool[], say: (line: string) => void): Promise<void> {
  const at = thisSystem();
  await withoutServiceStarts(async () => {
    say('Installing: apt-get update');
    await apt(['update'], say);
    const packages = await Promise.all(tools.map((tool) => packageOf(tool, at)));
    say(`Installing: apt-get install ${packages.join(' ')}`);
    await apt(['install', '-y', '--no-install-recommends', ...packages], say);
  });
  if (tools.includes('redis') && existsSync('/run/systemd/system')) {
    await promisify(execFile)('systemctl', ['disable', '--now', 'redis-server'], {
      env: serviceEnvironment(),
    });
  }
}

/** Debian runs this file to ask whether a package may start its service; exit code 101 forbids it. */
async function withoutServiceStarts(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await work();
  } finally {
    rmSync(policy);
  }
}

async function packageOf(tool: Tool, at: SystemInfo): Promise<string> {
  switch (tool) {
    case 'java':
      return offeredJava([debianJava(at), JAVA_21, 'openjdk-17-jre-headless'], 'neither Java 17 nor Java 21');
    case 'java-21':
      return offeredJava([JAVA_21, 'openjdk-25-jre-headless'], 'neither Java 21 nor Java 25');
    case 'maven':
      return 'maven';
    case 'redis':
      return 'redis-server';
  }
}

async function offeredJava(preferred: readonly string[], otherwise: string): Promise<string> {
  for (const name of preferred) {
    const { stdout } = await promisify(execFile)('apt-cache', ['policy', name], {
      env: serviceEnvironment({ LC_ALL: 'C' }),
    });
    if (/Candidate: \d/.test(stdout)) return name;
  }
  throw new ServicesError(
    'install-failed',
    `apt offers ${otherwise}.`,
    'Install one of them and set JAVA_HOME to its folder.',
  );
}

async function apt(args: string[], say: (line: string) => void): Promise<void> {
  const command = findCommand('apt-get') ?? 'apt-get';
  const env = serviceEnvironment({ DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' });
  // Files of a package must be readable for everybody, unlike files of this program.
  const child = spawn('/bin/sh', ['-c', 'umask 022; exec "$0" "$@"', command, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: Buffer[] = [];
  let reportedAt = Date.now();
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    const doing = /^(Unpacking|Setting up) (\S+)/m.exec(chunk.toString());
    if (!doing || Date.now() - reportedAt < 2_000) return;
    reportedAt = Date.now();
    say(`Installing: ${doing[0]}`);
  });
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0) return;
  const tail = Buffer.concat(output).toString().trim().split('\n').slice(-10).join('\n');
  throw new ServicesError(
    'install-failed',
    `apt-get ${args.join(' ')} failed:\n${tail}`,
    'Correct that, or install the packages by hand.',
  );
}
