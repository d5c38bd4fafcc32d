import { constants } from 'node:fs';
import { type FileHandle, unlink } from 'node:fs/promises';
import {
  BLOCK_HEADER,
  BLOCK_KIND,
  CHUNK_HEADER,
  CHUNK_SPAN,
  HOLE_KIND,
  type Block,
  chunkHeader,
  chunkOf,
  chunkStart,
  isHoleOf,
  isIntact,
  isSound,
  lengthAt,
  readBlock,
} from '../format/block.js';
import { ChunkDescriptors, chunkPath, damaged, listChunks, openDurable, syncFolder } from './chunk-files.js';
import { DamagedLog } from './damage.js';
import { DiskFullError, isDiskFull } from './disk-full.js';
import { TailCache } from './tail-cache.js';

const PAGE = 256 * 1024;
const SCAN_PAGE = 4 * 1024 * 1024;
const TAIL_BYTES = 8 * 1024 * 1024;
/** More than any block takes: an append of 1 MiB, its names and its framing. */
export const LARGEST_BLOCK = 64 * 1024 * 1024;

const CHECKSUM = 'its content does not match its checksum';

/** A run of whole blocks and holes. */
export interface Page {
  bytes: Buffer;
  /** Position of the first byte. */
  base: number;
  /** Where to read on. */
  next: number;
}

/**
 * The chunk files. One writer, any number of readers; readers see only what is durable.
 * Reads are synchronous: they come from the page cache or the tail in memory and take microseconds.
 */
export class ChunkLog {
  private readonly descriptors: ChunkDescriptors;
  private readonly tail = new TailCache(TAIL_BYTES);

  private constructor(
    readonly dir: string,
    private readonly lengths: number[],
    private file: FileHandle,
    /** Where the next block goes; everything before it is durable. */
    public end: number,
  ) {
    this.descriptors = new ChunkDescriptors(dir);
  }

  /**
   * Opens the files of `dir`, or makes the first. What an unfinished write left at the very end is cut off.
   *
   * @param trusted a position up to which the log is known to be whole; from there on every block is checked.
   * @param warn told when an unfinished write was cut off.
   */
  static async open(dir: string, trusted: number, warn: (text: string) => void): Promise<ChunkLog> {
    const lengths = await listChunks(dir);
    const active = Math.max(0, lengths.length - 1);
    const path = chunkPath(dir, active);
    const fresh = (lengths[active] ?? 0) <= CHUNK_HEADER;
    const file = await openDurable(path, constants.O_CREAT);
    try {
      if (fresh) {
        await file.truncate(0);
        await file.write(chunkHeader(active, lengths[active - 1] ?? 0), 0, CHUNK_HEADER, 0);
        syncFolder(dir);
        lengths[active] = CHUNK_HEADER;
      }
      const length = lengths[active]!;
      const log = new ChunkLog(dir, lengths, file, active * CHUNK_SPAN + length);
      if (trusted > log.end) {
        const chunk = chunkOf(trusted);
        const missing = chunk === active ? trusted - log.end : 'all of its';
        throw damaged(chunkPath(dir, chunk), `${missing} bytes are missing at its end`);
      }
      const whole = log.verify(Math.max(trusted, chunkStart(0)));
      if (whole < log.end) {
        warn(`Cut off ${log.end - whole} bytes of a write that was never finished at the end of ${path}.`);
        await file.truncate(whole - active * CHUNK_SPAN);
        await file.datasync();
        log.end = whole;
      }
      return log;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Checks every block from `position` on; answers where the last whole one ends. */
  private verify(position: number): number {
    for (let at = position; ;) {
      try {
        const page = this.page(at, SCAN_PAGE);
        if (page === undefined) return this.onward(at);
        at = page.next;
      } catch (error) {
        if (!(error instanceof DamagedLog)) throw error;
        return this.refuseOrCut(error.position);
      }
    }
  }

  /**
   * A broken block at the end is a write cut short. One before whole blocks of a later group is damage, because a
   * group is written only after the one before it was on the disk.
   */
  private refuseOrCut(broken: number): number {
    const chunk = chunkOf(broken);
    const path = chunkPath(this.dir, chunk);
    if (chunk < this.activeChunk) throw damaged(path, `its content is broken at byte ${broken % CHUNK_SPAN}`);
    const rest = Buffer.allocUnsafe(this.end - broken);
    const got = this.descriptors.readInto(chunk, broken % CHUNK_SPAN, rest);
    const bytes = rest.subarray(0, got);
    for (let at = bytes.indexOf(BLOCK_KIND, 1); at !== -1; at = bytes.indexOf(BLOCK_KIND, at + 1)) {
      const length = lengthAt(bytes, at);
      if (length === undefined || length > LARGEST_BLOCK) continue;
      const block = readBlock(bytes, at);
      if (block && block.groupOffset < at && isIntact(bytes, block)) {
        throw damaged(path, `its content is broken at byte ${broken % CHUNK_SPAN}, before whole events`);
      }
    }
    return broken;
  }

  get activeChunk(): number {
    return chunkOf(this.end);
  }

  /** How many bytes the active chunk still takes. */
  get room(): number {
    return (this.activeChunk + 1) * CHUNK_SPAN - this.end;
  }

  /** Length in bytes of a chunk's file. */
  chunkLength(chunk: number): number {
    return chunk === this.activeChunk ? this.end - chunk * CHUNK_SPAN : (this.lengths[chunk] ?? 0);
  }

  /**
   * Writes blocks at the end; resolves once they are durable. When the disk is full nothing is changed and
   * DiskFullError is thrown; any other failure leaves the end unknown, and the node must stop.
   */
  async append(bytes: Buffer): Promise<void> {
    const offset = this.end % CHUNK_SPAN;
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // Leaves no whole block behind that a restart would take for an acknowledged one.
      await this.file.truncate(offset);
      await this.file.datasync();
      throw new DiskFullError(this.dir, { cause: error });
    }
    this.tail.push(this.end, bytes);
    this.end += bytes.length;
  }

  /** Closes the active chunk for ever and begins the next. */
  async roll(): Promise<void> {
    const chunk = this.activeChunk;
    const length = this.chunkLength(chunk);
    const path = chunkPath(this.dir, chunk + 1);
    const next = await openDurable(path, constants.O_CREAT);
    try {
      await next.truncate(0);
      await next.write(chunkHeader(chunk + 1, length), 0, CHUNK_HEADER, 0);
      syncFolder(this.dir);
    } catch (error) {
      await next.close();
      await unlink(path);
      throw isDiskFull(error) ? new DiskFullError(this.dir, { cause: error }) : error;
    }
    await this.file.close();
    this.file = next;
    this.lengths[chunk] = length;
    this.lengths[chunk + 1] = CHUNK_HEADER;
    this.end = chunkStart(chunk + 1);
  }

  /**
   * Whole blocks from `position` on, which must be where a block or hole begins; undefined at the end.
   * What comes from the disk is looked at before it is handed out.
   * @throws DamagedLog when what stands there is not what was written.
   */
  page(position: number, size = PAGE): Page | undefined {
    const at = this.onward(position);
    if (at >= this.end) return undefined;
    const recent = this.tail.from(at);
    if (recent !== undefined) return { bytes: recent, base: at, next: at + recent.length };
    return this.pageFromFile(at, size);
  }

  /** The same position, or the start of the next chunk when it is the end of one. */
  private onward(position: number): number {
    let at = position;
    for (let chunk = chunkOf(at); chunk < this.activeChunk; chunk = chunkOf(at)) {
      if (at < chunk * CHUNK_SPAN + this.chunkLength(chunk)) break;
      at = chunkStart(chunk + 1);
    }
    return at;
  }

  private pageFromFile(at: number, size: number): Page {
    const chunk = chunkOf(at);
    const left = chunk * CHUNK_SPAN + this.chunkLength(chunk) - at;
    let bytes = this.bytesAt(at, Math.min(left, size));
    let used = this.checked(bytes, at);
    if (used === 0) {
      // One block larger than the page, or a hole, of which the header is enough.
      const length = lengthAt(bytes, 0);
      if (length === undefined || length > left) throw this.broken(at, 'no event begins there that ends in the file');
      if (isHoleOf(bytes, 0, at)) return { bytes: bytes.subarray(0, 0), base: at, next: at + length };
      if (length <= bytes.length) throw this.broken(at, CHECKSUM);
      bytes = this.bytesAt(at, length);
      used = this.checked(bytes, at);
      if (used === 0) throw this.broken(at, CHECKSUM);
    }
    return { bytes: bytes.subarray(0, used), base: at, next: at + used };
  }

  /** How many of the bytes are whole blocks and holes, before the first that is broken. @param base their position. */
  private checked(bytes: Buffer, base: number): number {
    let at = 0;
    for (;;) {
      const length = lengthAt(bytes, at);
      if (length === undefined || at + length > bytes.length) return at;
      if (!isSound(bytes, at, base + at)) return at;
      at += length;
    }
  }

  private broken(position: number, what: string): DamagedLog {
    return new DamagedLog(this.dir, position, what);
  }

  private bytesAt(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, this.descriptors.readInto(chunkOf(position), position % CHUNK_SPAN, bytes));
  }

  /**
   * The block at `position`; undefined when it was erased.
   * @param covered tells, of a place where no block stands, whether it lies in what was erased.
   * @throws DamagedLog when what stands there is not what was written.
   */
  block(position: number, covered: (position: number) => boolean): { bytes: Buffer; block: Block } | undefined {
    const recent = this.tail.from(position);
    if (recent !== undefined) {
      const block = readBlock(recent, 0);
      return block && { bytes: recent, block };
    }
    let bytes = this.bytesAt(position, 4096);
    if (bytes[0] !== BLOCK_KIND) {
      if (covered(position)) return undefined;
      throw this.broken(position, 'no event begins there');
    }
    const length = lengthAt(bytes, 0) ?? Infinity;
    if (length > LARGEST_BLOCK) throw this.broken(position, CHECKSUM);
    if (length > bytes.length) bytes = this.bytesAt(position, length);
    const block = readBlock(bytes, 0);
    if (block === undefined || !isIntact(bytes, block)) throw this.broken(position, CHECKSUM);
    return { bytes, block };
  }

  /** Whether `position` lies in a hole. @param from where an entry before it begins, in the same chunk. */
  isErased(position: number, from: number): boolean {
    for (let at = from; at <= position;) {
      const header = this.bytesAt(at, BLOCK_HEADER);
      const length = lengthAt(header, 0);
      if (length === undefined) return false;
      if (at + length > position) return header[0] === HOLE_KIND && isHoleOf(header, 0, at);
      at += length;
    }
    return false;
  }

  /** What stands from `position` on, as it is on the disk, for words about damage. */
  rawBytes(position: number): Buffer {
    const end = chunkOf(position) * CHUNK_SPAN + this.chunkLength(chunkOf(position));
    return this.bytesAt(position, Math.max(0, Math.min(1024 * 1024, end - position)));
  }

  /** The header of a chunk's file. */
  rawHeader(chunk: number): Buffer {
    return this.bytesAt(chunk * CHUNK_SPAN, CHUNK_HEADER);
  }

  /** Forgets what is held of a chunk whose file was replaced. */
  replaced(chunk: number): void {
    this.descriptors.forget(chunk);
    this.tail.clear();
  }

  async close(): Promise<void> {
    this.descriptors.close();
    await this.file.close();
  }
}
