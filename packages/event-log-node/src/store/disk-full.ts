/** The disk has no room for the bytes. The append is refused, and stored events stay readable. Later appends may succeed. */
export class DiskFullError extends Error {
  constructor(dir: string, options?: ErrorOptions) {
    super(`There is no room left on the disk of ${dir}: nothing was appended. Free space and append again.`, options);
    this.name = 'DiskFullError';
  }
}

const CODES = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Whether the system or LMDB reports that it has no room. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof DiskFullError) return true;
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && CODES.has(error.code)) return true;
  return /MDB_MAP_FULL|No space left|Disk quota|File too large/i.test(error.message);
}
