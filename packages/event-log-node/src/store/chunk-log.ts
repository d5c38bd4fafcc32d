import { constants, statSync } from 'node:fs';
import { type FileHandle, unlink } from 'node:fs/promises';
import {
  CHAINED,
  CHUNK_HEADER,
  CHUNK_SPAN,
  type Block,
  chunkHeader,
  chunkOf,
  chunkStart,
  readBlock,
} from '../format/block.js';
import { LINK_SIZE, firstOfAll, writeLink, type ChainHead } from '../format/chain.js';
import { chunkPath, damaged, listChunks, openDurable, syncFolder } from './chunk-files.js';
import { ChunkReader, type Page } from './chunk-reader.js';
import { DiskFullError, isDiskFull } from './disk-full.js';
import { TailCache } from './tail-cache.js';
import { wholeEnd } from './whole-end.js';

const TAIL_BYTES = 8 * 1024 * 1024;
/** Bytes of a chunk file before its first group. */
const CHUNK_LEAD = CHUNK_HEADER + LINK_SIZE;

/**
 * The chunk files, with one writer and any number of readers. Readers see only what is durable. Reads are
 * synchronous: they come from the page cache or from the tail in memory and take microseconds.
 */
export class ChunkLog extends ChunkReader {
  private readonly tail = new TailCache(TAIL_BYTES);

  private constructor(
    dir: string,
    lengths: number[],
    private file: FileHandle,
    end: number,
    /** The last link of the chain. */
    public chain: ChainHead,
  ) {
    super(dir, lengths, end);
  }

  /**
   * Opens the files of `dir`, or creates the first. Cuts off what an unfinished write left at the very end. A log of
   * the format without a chain continues in a new chunk, where its chain begins.
   *
   * @param trusted a position up to which the log is known to be whole. Every block after it is checked.
   * @param warn called when an unfinished write was cut off.
   */
  static async open(dir: string, trusted: number, warn: (text: string) => void): Promise<ChunkLog> {
    const { lengths, versions } = await listChunks(dir);
    const active = Math.max(0, lengths.length - 1);
    // The last chunk was cut off during its first write, or is empty, so nothing in it was ever acknowledged.
    const fresh = versions[active] === undefined || lengths[active]! <= CHUNK_HEADER;
    if (fresh) lengths.splice(active);
    const length = lengths[active] ?? 0;
    const reader = new ChunkReader(dir, lengths, active * CHUNK_SPAN + length);
    const file = await openDurable(chunkPath(dir, active), constants.O_CREAT);
    try {
      if (trusted > Math.max(reader.end, chunkStart(active))) {
        const chunk = chunkOf(trusted);
        const missing = chunk === active ? trusted - reader.end : 'all of its';
        throw damaged(chunkPath(dir, chunk), `${missing} bytes are missing at its end`);
      }
      if (fresh) {
        const before = active === 0 ? undefined : reader.linkBefore(chunkEnd(lengths, active - 1));
        if (before === undefined && versions[active - 1] === CHAINED) {
          throw damaged(chunkPath(dir, active - 1), 'the link at its end is broken');
        }
        const chain = before ?? firstOfAll();
        await file.truncate(0);
        await file.write(chunkLead(active, lengths[active - 1] ?? 0, chain), 0, CHUNK_LEAD, 0);
        syncFolder(dir);
        lengths[active] = CHUNK_LEAD;
        return new ChunkLog(dir, lengths, file, active * CHUNK_SPAN + CHUNK_LEAD, chain);
      }
      const chained = versions[active] === CHAINED;
      const whole = wholeEnd(reader, Math.max(trusted, chunkStart(0)), chained);
      if (whole < reader.end) {
        const path = chunkPath(dir, active);
        warn(`Cut off ${reader.end - whole} bytes of a write that was never finished at the end of ${path}.`);
        await file.truncate(whole - active * CHUNK_SPAN);
        await file.datasync();
        lengths[active] = whole - active * CHUNK_SPAN;
      }
      const chain = chained ? reader.linkBefore(whole) : firstOfAll();
      if (chain === undefined) throw damaged(chunkPath(dir, active), 'the link at its end is broken');
      const log = new ChunkLog(dir, lengths, file, whole, chain);
      if (!chained) await log.roll();
      return log;
    } catch (error) {
      await file.close();
      throw error;
    } finally {
      reader.closeFiles();
    }
  }

  /** How many more bytes of blocks the active chunk takes. The space for the link after them is already deducted. */
  get room(): number {
    return (this.activeChunk + 1) * CHUNK_SPAN - this.end - LINK_SIZE;
  }

  /**
   * Writes a group at the end; resolves once it is durable. When the disk is full, throws DiskFullError and changes
   * nothing. After any other failure the end of the log is unknown, and the node must stop.
   *
   * @param head the link that the group ends with.
   */
  async append(bytes: Buffer, head: ChainHead): Promise<void> {
    await this.requireOwnFile();
    const offset = this.end % CHUNK_SPAN;
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      // Otherwise a restart could take a whole block that is left here for an acknowledged one.
      await this.file.truncate(offset);
      await this.file.datasync();
      throw new DiskFullError(this.dir, { cause: error });
    }
    this.tail.push(this.end, bytes);
    this.end += bytes.length;
    this.chain = head;
  }

  /**
   * An open file outlives its name. After somebody removed the folder or put another copy in its place, writes to the
   * old file would be acknowledged and lost.
   */
  private async requireOwnFile(): Promise<void> {
    if (this.own?.file !== this.file) this.own = { file: this.file, inode: (await this.file.stat()).ino };
    const path = chunkPath(this.dir, this.activeChunk);
    if (statSync(path, { throwIfNoEntry: false })?.ino === this.own.inode) return;
    throw new Error(
      `${path} was removed or replaced while it was in use. Stop the event log before another copy is put there`,
    );
  }
  private own: { file: FileHandle; inode: number } | undefined;

  /** Closes the active chunk for ever and begins the next. */
  async roll(): Promise<void> {
    const chunk = this.activeChunk;
    const length = this.chunkLength(chunk);
    const path = chunkPath(this.dir, chunk + 1);
    const next = await openDurable(path, constants.O_CREAT);
    try {
      await next.truncate(0);
      await next.write(chunkLead(chunk + 1, length, this.chain), 0, CHUNK_LEAD, 0);
      syncFolder(this.dir);
    } catch (error) {
      await next.close();
      await unlink(path);
      throw isDiskFull(error) ? new DiskFullError(this.dir, { cause: error }) : error;
    }
    await this.file.close();
    this.file = next;
    this.lengths[chunk] = length;
    this.lengths[chunk + 1] = CHUNK_LEAD;
    this.end = (chunk + 1) * CHUNK_SPAN + CHUNK_LEAD;
  }

  override page(position: number, size?: number): Page | undefined {
    const at = this.onward(position);
    const recent = this.tail.from(at);
    if (recent !== undefined) return { bytes: recent, base: at, next: at + recent.length };
    return super.page(at, size);
  }

  override block(
    position: number,
    covered: (position: number) => boolean,
  ): { bytes: Buffer; block: Block } | undefined {
    const recent = this.tail.from(position);
    if (recent === undefined) return super.block(position, covered);
    const block = readBlock(recent, 0);
    return block && { bytes: recent, block };
  }

  /** Drops descriptors and cached bytes after a chunk's file was replaced. */
  replaced(chunk: number): void {
    this.descriptors.forget(chunk);
    this.tail.clear();
  }

  async close(): Promise<void> {
    this.closeFiles();
    await this.file.close();
  }
}

const chunkEnd = (lengths: readonly number[], chunk: number): number => chunk * CHUNK_SPAN + (lengths[chunk] ?? 0);

/** The first bytes of a chunk: its header, and a link that continues the chain of the chunk before. */
function chunkLead(chunk: number, previousLength: number, chain: ChainHead): Buffer {
  const bytes = Buffer.alloc(CHUNK_LEAD);
  chunkHeader(chunk, previousLength).copy(bytes);
  writeLink(bytes, CHUNK_HEADER, { ...chain, position: chunkStart(chunk), groupOffset: 0 });
  return bytes;
}
