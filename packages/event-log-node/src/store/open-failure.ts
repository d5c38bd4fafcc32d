import { EventLogError } from '../event-log-error.js';
import { isDiskFull } from './disk-full.js';

/** System errors and LMDB's messages about a folder without write permission. */
const FORBIDDEN = /\b(?:EACCES|EPERM)\b|Permission denied|Operation not permitted/i;
const READ_ONLY = /\bEROFS\b|Read-only file system/i;

/**
 * Turns an error at the opening of the store into an EventLogError for the operator. Errors of unknown meaning stay
 * as they are.
 */
export function openFailure(dataDir: string, error: unknown): unknown {
  if (error instanceof EventLogError || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  const text = `${code ?? ''} ${error.message}`;
  if (isDiskFull(error)) {
    return new EventLogError(
      'disk-full',
      `There is no room left on the disk of ${dataDir}: the event log cannot start.`,
      'Free space, then start again; what is stored stays as it is.',
    );
  }
  if (READ_ONLY.test(text)) {
    return new EventLogError(
      'read-only',
      `The disk of ${dataDir} can only be read, so the event log cannot start.`,
      'Mount it for writing, or name another folder with --data.',
    );
  }
  if (FORBIDDEN.test(text)) {
    return new EventLogError(
      'folder-unusable',
      `The event log may not write to all of ${dataDir}: ${error.message}.`,
      'Give the folder and what is in it to the user who starts the event log, or name another folder with --data.',
    );
  }
  return error;
}
