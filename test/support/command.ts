import { spawn, type ChildProcess } from 'node:child_process';
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
  /** What it printed so far. */
  stdout: () => string;
  stderr: () => string;
  /** Resolves once its standard output holds the text; rejects when it ends before. */
  printed(text: string): Promise<void>;
  ended: Promise<Ended>;
}

/** Starts the command line as a user does, on the services of the tests. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string): Command {
  const ours = { TRUYVET_DATA: testDataDir, ...env };
  return startProgram(process.execPath, ['bin/truyvet.js', ...args], ours, input);
}

/** Every program that was started and has not ended, to be killed when a test fails. */
const alive = new Set<ChildProcess>();

/** SIGKILL for whatever still runs of what this file's tests started, with what that started in the foreground. */
export async function killCommands(): Promise<void> {
  const ends = [...alive].map((child) => {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    return ended;
  });
  await Promise.all(ends);
}

export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input?: string,
): Command {
  const child = spawn(program, args, {
    env: testEnvironment(env),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
  });
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
