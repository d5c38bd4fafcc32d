import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { testEnvironment } from '../support/environment.js';
import { accessFolderOf, logUrl, type LogUser } from '@truyvet/event-log-node';

/** The event log as a user starts it: the built command as a separate process. */
export interface EventLogProcess {
  process: ChildProcess;
  /** With the administrator's credentials; `userUrl` has those of ordinary processes. */
  url: string;
  userUrl: string;
  /** Without credentials. */
  openUrl: string;
  port: number;
  output(): string;
  /** Ends it and resolves with its exit code or signal. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Running processes, which are stopped if a test fails. */
const alive = new Set<ChildProcess>();

/** How the command ended if it did not start. */
export interface Refused {
  code: number | null;
  output: string;
}

export const isRefused = (started: EventLogProcess | Refused): started is Refused => 'code' in started;

/** @param shell a line of shell that runs before the command in the same process, such as a resource limit. */
export function launch(dataDir: string, port = 0, shell = ''): Promise<EventLogProcess | Refused> {
  const command = resolve('bin/truyvet.js');
  if (!existsSync('dist/command/cli.js')) throw new Error('Run npm run build first: this test runs the command.');
  const line = `${shell} exec "$0" "$@"`;
  const args = [command, 'event-log', '--port', String(port), '--data', dataDir];
  const child = spawn('/bin/sh', ['-c', line, process.execPath, ...args], {
    env: testEnvironment({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  child.once('close', () => alive.delete(child));
  let output = '';
  const ended = new Promise<number | NodeJS.Signals | null>((done) =>
    child.once('close', (code, signal) => done(code ?? signal)),
  );
  const end = (signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
    child.kill(signal);
    return ended;
  };
  return new Promise((done) => {
    const listen = (text: Buffer): void => {
      output += text.toString();
      const [openUrl, said] = /esdb:\/\/[^:]+:(\d+)\?tls=true&tlsCAFile=\S+(?=\n)/.exec(output) ?? [];
      if (!openUrl || !said) return;
      const urlOf = (user: LogUser) =>
        logUrl({ host: 'localhost', port: Number(said) }, accessFolderOf(dataDir), user) as string;
      const urls = { url: urlOf('admin'), userUrl: urlOf('truyvet'), openUrl };
      done({ process: child, ...urls, port: Number(said), output: () => output, end });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    void ended.then((code) => done({ code: typeof code === 'number' ? code : null, output }));
  });
}

export async function start(dataDir: string, port = 0, shell = ''): Promise<EventLogProcess> {
  const started = await launch(dataDir, port, shell);
  if (isRefused(started)) throw new Error(`The event log did not start: ${started.output}`);
  return started;
}

/** Runs work with a new folder; processes that were started meanwhile and still run are killed afterwards. */
export async function withFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'truyvet-event-log-'));
  try {
    return await work(dir);
  } finally {
    const ends = [...alive].map((child) => new Promise((ended) => child.once('close', ended)));
    for (const child of alive) child.kill('SIGKILL');
    await Promise.all(ends);
    for (const folder of [dir, accessFolderOf(dir)]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Polls until a condition holds; throws if it does not in time. */
export async function until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
  for (const start = Date.now(); !holds(); await new Promise((done) => setTimeout(done, 10))) {
    if (Date.now() - start > ms) throw new Error(`In ${ms} ms it did not happen: ${what}.`);
  }
}
