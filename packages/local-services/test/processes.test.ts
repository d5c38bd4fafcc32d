import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isFree } from '../src/ports.js';
import { findCommand } from '../src/tools.js';
import {
  identityFromProc,
  identityFromPs,
  identityOf,
  isAlive,
  memoryOf,
  startDetached,
  stopProcess,
  type KnownProcess,
} from '../src/processes.js';

let folder: string;
const started: KnownProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-processes-'));
});

afterEach(async () => {
  for (const known of started.splice(0)) await stopProcess(known, 0);
  rmSync(folder, { recursive: true });
});

async function run(script: string): Promise<KnownProcess> {
  const known = await startDetached({ command: process.execPath, args: ['-e', script] }, join(folder, 'logs', 'log'));
  started.push(known);
  return known;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await delay(10);
  }
}

describe('what distinguishes a process from another with its pid', () => {
  // Each system has at least one of the two.
  const ways = [
    ...(process.platform === 'linux' ? [['/proc', identityFromProc] as const] : []),
    ...(findCommand('ps') ? [['ps', identityFromPs] as const] : []),
  ];

  it.each(ways)('is the same for a process every time it is read from %s', (_, identity) => {
    expect(identity(process.pid)).toBeTruthy();
    expect(identity(process.pid)).toBe(identity(process.pid));
  });

  it('is undefined for an unused pid', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    const pid = child.pid as number;
    await new Promise((resolve) => child.once('close', resolve));
    expect(identityOf(pid)).toBeUndefined();
    expect(identityFromPs(pid)).toBeUndefined();
  });

  it('does not treat a zombie as a living process', async () => {
    // A parent that never reaps its dead child.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec tail -f /dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const zombie = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk))),
    );
    try {
      await until(() => identityOf(zombie) === undefined);
      expect(identityFromPs(zombie)).toBeUndefined();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('lasts until a killed process has released its port', async () => {
    const script =
      'const held = Array.from({ length: 40 }, () => Buffer.alloc(4e6, 1));' +
      'require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port, held.length) })';
    for (let round = 0; round < 20; round++) {
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [printed] = (await once(child.stdout, 'data')) as [Buffer];
      child.kill('SIGKILL');
      const pid = child.pid as number;
      // Without a pause, because the moment lasts only milliseconds.
      while (identityOf(pid) !== undefined);
      expect(await isFree(Number.parseInt(printed.toString()))).toBe(true);
    }
  });

  it('distinguishes a process with the same pid and another start time', () => {
    expect(isAlive({ pid: process.pid, identity: 'another start' })).toBe(false);
    expect(isAlive({ pid: process.pid, identity: identityOf(process.pid) ?? '' })).toBe(true);
  });
});

describe('a process in the background', () => {
  it('lives, can be measured, and writes its output to a log that only its owner can read', async () => {
    const known = await run('console.log("out"); console.error("err"); setInterval(() => {}, 1000)');
    const log = join(folder, 'logs', 'log');
    await until(() => /out\nerr\n/.test(readFileSync(log, 'utf8')));
    expect(isAlive(known)).toBe(true);
    expect(memoryOf(known.pid)).toBeGreaterThan(1_000_000);
    expect(statSync(log).mode & 0o777).toBe(0o600);
  });

  it('stops on SIGTERM if it obeys', async () => {
    const known = await run('setInterval(() => {}, 1000)');
    expect(await stopProcess(known, 10_000)).toBe(false);
    expect(isAlive(known)).toBe(false);
  });

  it('is killed if it does not obey in time', async () => {
    const known = await run('process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)');
    await until(() => readFileSync(join(folder, 'logs', 'log'), 'utf8').includes('deaf'));
    expect(await stopProcess(known, 200)).toBe(true);
    expect(isAlive(known)).toBe(false);
  });

  it('is left alone if its pid has passed to another process', async () => {
    const known = await run('setInterval(() => {}, 1000)');
    expect(await stopProcess({ pid: known.pid, identity: 'another start' }, 1_000)).toBe(false);
    expect(isAlive(known)).toBe(true);
  });

  it('reports that its command does not exist', async () => {
    const launch = { command: join(folder, 'absent'), args: [] };
    await expect(startDetached(launch, join(folder, 'log'))).rejects.toThrow(/ENOENT/);
  });

  it('moves a large log away', async () => {
    const log = join(folder, 'grown');
    writeFileSync(log, Buffer.alloc(11 * 1024 * 1024));
    started.push(await startDetached({ command: process.execPath, args: ['-e', ''] }, log));
    expect(statSync(`${log}.1`).size).toBe(11 * 1024 * 1024);
    expect(statSync(log).size).toBe(0);
  });
});
