import { constants } from 'node:fs';
import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { closeSync, fsyncSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { EventLogError } from '../event-log-error.js';
import { CHAINED, CHUNK_HEADER, FORMAT_VERSION, chunkStart, readChunkHeader } from '../format/block.js';
import { LINK_SIZE, readLink } from '../format/chain.js';

/** Names, lists and opens chunk files. Of their content, only the header is read here. */

const NAME = /^(\d{8})\.chunk$/;
/** A rewritten chunk that had not replaced the old one when the process ended. */
const DRAFT = /^\d{8}\.chunk\.new$/;
const MAX_OPEN = 32;

export const chunkPath = (dir: string, chunk: number): string => join(dir, `${String(chunk).padStart(8, '0')}.chunk`);

/** Makes a folder's entries durable: files created, renamed or removed in it. */
export function syncFolder(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Opens a file for writing. A write returns only once its bytes are on the disk. */
export const openDurable = (path: string, flags = 0): Promise<FileHandle> =>
  open(path, constants.O_RDWR | constants.O_DSYNC | flags, 0o600);

export interface Chunks {
  /** Lengths in bytes, by chunk number. */
  lengths: number[];
  /** Format of each chunk; undefined for a last chunk that was cut off during its first write. */
  versions: (number | undefined)[];
}

/**
 * Lists the chunk files and removes unfinished drafts.
 * @throws EventLogError when a chunk is missing, foreign, of a newer format, or shorter than when the next one began.
 */
export async function listChunks(dir: string): Promise<Chunks> {
  const names = await readdir(dir);
  for (const name of names) if (DRAFT.test(name)) await rm(join(dir, name));
  const numbers = names
    .map((name) => NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
  const lengths: number[] = [];
  const versions: Chunks['versions'] = [];
  for (const [i, chunk] of numbers.entries()) {
    const path = chunkPath(dir, i);
    if (chunk !== i) throw damaged(path, 'it is missing, though later ones are there');
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      lengths.push(size);
      const header = Buffer.alloc(CHUNK_HEADER + LINK_SIZE);
      await file.read(header, 0, header.length, 0);
      const parsed = readChunkHeader(header);
      const isFirstWrite = i === numbers.length - 1 && size <= header.length;
      const lead = parsed?.version === CHAINED ? readLink(header, CHUNK_HEADER, chunkStart(i)) : parsed;
      versions.push(isFirstWrite && lead === undefined ? undefined : parsed?.version);
      if (parsed === undefined) {
        // The first write was cut off, so nothing in this chunk was ever acknowledged.
        if (isFirstWrite) continue;
        throw damaged(path, 'it does not begin like a chunk of this log');
      }
      if (parsed.version > FORMAT_VERSION) throw newer(path, parsed.version);
      if (parsed.chunk !== i) throw damaged(path, `its content is that of chunk ${parsed.chunk}`);
      const previous = lengths[i - 1] ?? 0;
      if (previous !== parsed.previousLength) {
        throw damaged(chunkPath(dir, i - 1), `it is ${previous} bytes long and was ${parsed.previousLength}`);
      }
    } finally {
      await file.close();
    }
  }
  return { lengths, versions };
}

export const damaged = (path: string, what: string): EventLogError =>
  new EventLogError(
    'damaged',
    `The event log is damaged in ${path}: ${what}. Acknowledged events may be lost, so it is left as it is.`,
    'Restore the data folder from a backup.',
  );

export const newer = (path: string, version: number): EventLogError =>
  new EventLogError(
    'newer-format',
    `${path} is of format ${version}, written by a newer Truyvet; this one knows formats up to ${FORMAT_VERSION}.`,
    'Upgrade Truyvet, or point --data to another folder.',
  );

/** File descriptors for reading chunks. They are opened on demand, and a limited number stays open. */
export class ChunkDescriptors {
  private readonly open = new Map<number, number>();

  constructor(private readonly dir: string) {}

  /** Fills `into` from `offset` of a chunk, and answers how many bytes there were. */
  readInto(chunk: number, offset: number, into: Buffer): number {
    const fd = this.descriptor(chunk);
    let got = 0;
    while (got < into.length) {
      const read = readSync(fd, into, got, into.length - got, offset + got);
      if (read === 0) break;
      got += read;
    }
    return got;
  }

  private descriptor(chunk: number): number {
    let fd = this.open.get(chunk);
    if (fd === undefined) {
      fd = openSync(chunkPath(this.dir, chunk), 'r');
      if (this.open.size >= MAX_OPEN) {
        const [oldest] = this.open.keys();
        if (oldest !== undefined) this.forget(oldest);
      }
    } else this.open.delete(chunk);
    this.open.set(chunk, fd);
    return fd;
  }

  /** Closes a chunk's descriptor, because its file was replaced or is no longer needed. */
  forget(chunk: number): void {
    const fd = this.open.get(chunk);
    if (fd === undefined) return;
    this.open.delete(chunk);
    closeSync(fd);
  }

  close(): void {
    for (const chunk of [...this.open.keys()]) this.forget(chunk);
  }
}
