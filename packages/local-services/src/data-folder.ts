import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ServicesError } from './services-error.js';

/**
 * Makes a folder with those above it, for its owner alone; one that is there stays as it is. One after the other from
 * the nearest that is there: the recursive making of Node never ends where the system lets nothing be made, as in /proc.
 * @throws ServicesError that says in a sentence why it cannot be.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at); at = dirname(at)) missing.unshift(at);
  for (const each of missing) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      // Another process may have made it just now.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(each)) throw unusable(path, error);
    }
  }
}

/**
 * Makes sure that the data folder is one, and that files can be written there, before anything is started on it.
 * @throws ServicesError
 */
export function checkDataFolder(path: string): void {
  makeFolder(path);
  const probe = join(path, `.writable.${process.pid}`);
  try {
    closeSync(openSync(probe, 'w', 0o600));
    rmSync(probe);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** @throws ServicesError when it, or what it would be in, is a file. */
function isFolder(path: string): boolean {
  let found;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // Something above it is a file: that is found further up.
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return false;
    throw unusable(path, error);
  }
  if (found && !found.isDirectory()) throw notAFolder(path);
  return found !== undefined;
}

export function notAFolder(path: string): ServicesError {
  return new ServicesError('folder-unusable', `${path} is a file, where a folder is needed.`, CHOOSE_ANOTHER);
}

const CHOOSE_ANOTHER = 'Set TRUYVET_DATA to a folder in which this user may write, or move what is there.';

const REASONS: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  ENOENT: 'the system lets nothing be made there',
  ENAMETOOLONG: 'the path is too long',
};

function unusable(path: string, error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new ServicesError(
    'folder-unusable',
    `The folder ${path} cannot be used: ${REASONS[code] ?? message}.`,
    CHOOSE_ANOTHER,
  );
}
