import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { testEnvironment } from './environment.js';
import { testDataDir } from './services.js';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Command {
  process: ChildProcess;
  /** The output so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves when the standard output contains the text; rejects if the command ends before. */
  printed(text: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the command line as a user does, on the services of the tests. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Command {
  const ours = { TRUYVET_DATA: testDataDir, ...env };
  return follow(spawn(process.execPath, ['bin/truyvet.js', ...args], { env: testEnvironment(ours) }), input);
}

/** Starts a script of package.json as a user does: npm's own processes are between a signal and the program. */
export function startScript(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  // In a separate process group, so that everything that npm started can be stopped with it.
  return follow(spawn('npm', args, { env: testEnvironment(env), detached: true }));
}

/** Every program that was started and has not ended. */
const alive = new Set<ChildProcess>();

/** Sends SIGKILL to everything that the tests of this file started and a failed test left running. */
export async function killCommands(): Promise<void> {
  const ends = [...alive].map((child) => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.spawnfile === 'npm') killGroup(child.pid as number);
    else child.kill('SIGKILL');
    return ended;
  });
  await Promise.all(ends);
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // All of it may just have ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function follow(child: ChildProcessWithoutNullStreams, input?: string): Command {
  alive.add(child);
  child.once('close', () => alive.delete(child));
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    waiting.forEach((look) => look());
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(input ?? '');
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
      waiting.forEach((look) => look());
    });
  });
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve();
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(stdout + stderr));
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        look();
      }),
    ended,
  };
}

export function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Promise<Ended> {
  return startCommand(args, env, input).ended;
}
