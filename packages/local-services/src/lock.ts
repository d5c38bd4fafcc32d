import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder } from './data-folder.js';
import { identityOf, isAlive, type KnownProcess } from './processes.js';

/** Milliseconds. A younger lock without a readable holder is still being written; an older one is abandoned. */
const patienceMs = 10_000;

/**
 * Runs `work` while holding the lock file. Takes over a lock whose holder has died.
 * @param onWait called once, with the holder's pid, when another process holds the lock.
 */
export async function withLock<T>(path: string, onWait: (pid: number | undefined) => void, work: () => Promise<T>) {
  makeFolder(dirname(path));
  for (let reported = false; !create(path);) {
    if (isStale(path)) takeAway(path);
    else {
      if (!reported) onWait(holderOf(path)?.pid);
      reported = true;
      await delay(100);
    }
  }
  try {
    return await work();
  } finally {
    remove(path);
  }
}

function create(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  writeSync(file, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
  closeSync(file);
  return true;
}

function holderOf(path: string): KnownProcess | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as KnownProcess;
  } catch {
    return undefined;
  }
}

function isStale(path: string): boolean {
  const holder = holderOf(path);
  return holder ? !isAlive(holder) : isOld(path);
}

function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs > patienceMs;
}

/**
 * Only one process at a time may remove a dead lock, and it checks the lock again first. Otherwise the second of two
 * could remove the new lock of the first.
 */
function takeAway(path: string): void {
  const guard = `${path}.stale`;
  if (!create(guard)) {
    if (isStale(guard)) remove(guard);
    return;
  }
  try {
    if (isStale(path)) remove(path);
  } finally {
    remove(guard);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
