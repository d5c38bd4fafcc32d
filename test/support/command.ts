import { spawn, type ChildProcess } from 'node:child_process';
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
  const child = spawn(process.execPath, ['bin/truyvet.js', ...args], {
    env: { ...process.env, TRUYVET_DATA: testDataDir, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
