import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder } from './data-folder.js';
import { serviceEnvironment } from './environment.js';

/** A process that cannot be confused with a later one that has the same pid. */
export interface KnownProcess {
  pid: number;
  /** When it started, as the system's text; constant for the life of the process. */
  identity: string;
}

/** The identity of a living process; undefined when there is none with this pid, or only its zombie. */
export function identityOf(pid: number): string | undefined {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid);
}

/** Clock ticks from boot to the start of the process, with the boot id. */
export function identityFromProc(pid: number): string | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name is in parentheses and may itself contain spaces and parentheses, so fields are counted from the last
  // one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, startedAt] = [fields[0], fields[17], fields[19]];
  if (state === undefined || startedAt === undefined || state === 'X') return undefined;
  // In a killed process the first thread may be a zombie while other threads still hold ports and files.
  if (state === 'Z' && Number(threads) <= 1) return undefined;
  return `${readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? 'boot'}:${startedAt}`;
}

/** The start time to the second, as `ps` prints it. */
export function identityFromPs(pid: number): string | undefined {
  const line = ps(pid, 'stat=,lstart=');
  if (line === undefined || line.startsWith('Z')) return undefined;
  return line.split(/\s+/).slice(1).join(' ');
}

export function isAlive({ pid, identity }: KnownProcess): boolean {
  return identityOf(pid) === identity;
}

/** Resident memory in bytes; undefined when the system does not report it. */
export function memoryOf(pid: number): number | undefined {
  const kilobytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1]
      : ps(pid, 'rss=');
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, columns: string): string | undefined {
  try {
    const env = serviceEnvironment({ LC_ALL: 'C', TZ: 'UTC' });
    const line = execFileSync('ps', ['-o', columns, '-p', String(pid)], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    return line.toString().trim() || undefined;
  } catch {
    return undefined;
  }
}

export interface Launch {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

const largestLog = 10 * 1024 * 1024;

/**
 * Starts a process that outlives this one. It gets a session of its own, so that Ctrl-C here does not reach it.
 * @param log file for standard output and standard error; when larger than 10 MB, it is first renamed to `.1`.
 * @throws the system's error when the command cannot be run.
 */
export async function startDetached(launch: Launch, log: string): Promise<KnownProcess> {
  makeFolder(dirname(log));
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > largestLog) renameSync(log, `${log}.1`);
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(launch.command, launch.args, {
      detached: true,
      stdio: ['ignore', output, output],
      env: launch.env ?? serviceEnvironment(),
      ...(launch.cwd && { cwd: launch.cwd }),
    });
    child.unref();
    const pid = await started(child);
    return { pid, identity: identityOf(pid) ?? 'gone before it was seen' };
  } finally {
    closeSync(output);
  }
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid as number));
  });
}

/**
 * Asks a process to stop, and kills it when it has not stopped after `graceMs`.
 * @returns whether it had to be killed.
 */
export async function stopProcess(known: KnownProcess, graceMs: number): Promise<boolean> {
  if (await signalled(known, 'SIGTERM', graceMs)) return false;
  await signalled(known, 'SIGKILL', 5_000);
  return true;
}

async function signalled(known: KnownProcess, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  const until = Date.now() + patienceMs;
  if (!isAlive(known)) return true;
  try {
    process.kill(known.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  while (isAlive(known)) {
    if (Date.now() > until) return false;
    await delay(50);
  }
  return true;
}
