import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../src/lock.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truyvet-lock-'));
  path = join(folder, 'deep', 'lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

const ignore = () => undefined;

describe('the lock', () => {
  it('admits one at a time', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 4 }, () => withLock(path, ignore, work)));
    expect(most).toBe(1);
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });

  it('says once who is waited for', async () => {
    const told: (number | undefined)[] = [];
    let release = ignore as () => void;
    const first = withLock(path, ignore, () => new Promise<void>((resolve) => (release = resolve)));
    const second = withLock(
      path,
      (pid) => told.push(pid),
      () => Promise.resolve('done'),
    );
    release();
    await first;
    expect(await second).toBe('done');
    expect(told).toEqual([process.pid]);
  });

  it('is released if the work fails', async () => {
    await expect(withLock(path, ignore, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over, by only one, from a holder that has died', async () => {
    await withLock(path, ignore, () => Promise.resolve());
    writeFileSync(path, JSON.stringify({ pid: process.pid, identity: 'an earlier process' }));
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([withLock(path, ignore, work), withLock(path, ignore, work), withLock(path, ignore, work)]);
    expect(readdirSync(join(folder, 'deep'))).toEqual([]);
  });

  it('is taken over if it was never completely written', async () => {
    await withLock(path, ignore, () => Promise.resolve());
    writeFileSync(path, '');
    utimesSync(path, new Date(0), new Date(0));
    expect(await withLock(path, ignore, () => Promise.resolve('in'))).toBe('in');
  });
});
