import { closeSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ServicesError } from './services-error.js';

/**
 * Creates a folder and its missing parents, readable by the owner only. An existing folder is not changed. Creates
 * one folder after the other, because Node's recursive `mkdir` never ends where the system allows no new folders, as
 * in /proc.
 * @throws ServicesError with the reason in a sentence.
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
 * Checks, before anything is started, that the data folder is a folder and that files can be written there. Creates
 * it when it is missing.
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

/** @throws ServicesError when the path is a file, or cannot be looked up. */
function isFolder(path: string): boolean {
  let found;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A parent is a file; the caller meets it further up.
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
  ENOENT: 'the system does not allow new files there',
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
