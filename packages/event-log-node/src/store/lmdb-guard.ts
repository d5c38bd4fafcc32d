import { closeSync, existsSync, fstatSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * LMDB trusts its file and its disk. A damaged file, or no room for the first pages of a new one, ends the process
 * with a segmentation fault. So both are checked before it is opened. While it is being opened a note file exists,
 * which tells the next start if the process did not survive.
 */

const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;
const PAGE_SIZE_AT = 48;
const LAST_PAGE_AT = 144;
const META_END = 160;
/** Bytes; more than LMDB writes at first. */
const FIRST_PAGES = 64 * 1024;

/** Whether the data file of an LMDB folder is absent, or has valid first pages and all pages that they refer to. */
export function looksWhole(folder: string): boolean {
  const path = join(folder, 'data.mdb');
  if (!existsSync(path)) return true;
  const fd = openSync(path, 'r');
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return true;
    const first = metaAt(fd, 0);
    const pageSize = first?.readUInt32LE(PAGE_SIZE_AT) ?? 0;
    if (pageSize < 512 || pageSize > 65_536) return false;
    const second = metaAt(fd, pageSize);
    if (first === undefined || second === undefined) return false;
    const lastPage = Math.max(...[first, second].map((meta) => Number(meta.readBigUInt64LE(LAST_PAGE_AT))));
    return (lastPage + 1) * pageSize <= size;
  } finally {
    closeSync(fd);
  }
}

/** Checks that the folder has room for the first pages of a new LMDB. @throws the system's error when there is none. */
export function askForRoom(folder: string): void {
  const there = (name: string) => (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0) > 0;
  if (there('data.mdb') && there('lock.mdb')) return;
  const path = join(folder, 'room');
  try {
    writeFileSync(path, Buffer.alloc(FIRST_PAGES));
  } finally {
    rmSync(path, { force: true });
  }
}

function metaAt(fd: number, offset: number): Buffer | undefined {
  const meta = Buffer.alloc(META_END);
  if (readSync(fd, meta, 0, META_END, offset) < META_END) return undefined;
  return meta.readUInt32LE(MAGIC_AT) === MAGIC ? meta : undefined;
}

const notePath = (folder: string): string => join(folder, 'opening');

/** Whether the last attempt to open the LMDB in the folder ended the process. */
export const openingFailed = (folder: string): boolean => existsSync(notePath(folder));

/** Runs `open`. If that ends the process, `openingFailed` is true afterwards. */
export function whileNoted<T>(folder: string, open: () => T): T {
  writeFileSync(notePath(folder), '');
  try {
    return open();
  } finally {
    rmSync(notePath(folder), { force: true });
  }
}
