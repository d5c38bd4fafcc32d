import {
  BLOCK_HEADER,
  CHUNK_HEADER,
  CHUNK_SPAN,
  HOLE_KIND,
  type Block,
  chunkOf,
  chunkStart,
  isBlockKind,
  isIntact,
  readBlock,
} from '../format/block.js';
import { LINK_SIZE, VOID_KIND, readLink, type Link } from '../format/chain.js';
import { isEmptiness, isSound, lengthAt } from '../format/entry.js';
import { ChunkDescriptors } from './chunk-files.js';
import { DamagedLog } from './damage.js';

const PAGE = 256 * 1024;
/** Bytes; more than any block takes: an append of 1 MiB with its names and its framing. */
export const LARGEST_BLOCK = 64 * 1024 * 1024;

const CHECKSUM = 'its content does not match its checksum';

/** A run of whole entries. */
export interface Page {
  bytes: Buffer;
  /** Position of the first byte. */
  base: number;
  /** Position of the next page. */
  next: number;
}

/** Reads the chunk files, and checks everything that it hands out. */
export class ChunkReader {
  protected readonly descriptors: ChunkDescriptors;

  /**
   * @param lengths of the chunk files in bytes, by number.
   * @param end position after the last byte that may be read.
   */
  constructor(
    readonly dir: string,
    protected readonly lengths: number[],
    public end: number,
  ) {
    this.descriptors = new ChunkDescriptors(dir);
  }

  get activeChunk(): number {
    return chunkOf(this.end);
  }

  /** Length in bytes of a chunk's file. */
  chunkLength(chunk: number): number {
    return chunk === this.activeChunk ? this.end - chunk * CHUNK_SPAN : (this.lengths[chunk] ?? 0);
  }

  /**
   * Whole entries from `position` on, where an entry must begin; undefined at the end. What comes from the disk is
   * checked first.
   * @throws DamagedLog when the bytes there are not what was written.
   */
  page(position: number, size = PAGE): Page | undefined {
    const at = this.onward(position);
    return at >= this.end ? undefined : this.pageFromFile(at, size);
  }

  /** The same position, or the start of the next chunk if it is the end of a chunk. */
  protected onward(position: number): number {
    let at = position;
    for (let chunk = chunkOf(at); chunk < this.activeChunk; chunk = chunkOf(at)) {
      if (at < chunk * CHUNK_SPAN + this.chunkLength(chunk)) break;
      at = chunkStart(chunk + 1);
    }
    return at;
  }

  protected pageFromFile(at: number, size: number): Page {
    const chunk = chunkOf(at);
    const left = chunk * CHUNK_SPAN + this.chunkLength(chunk) - at;
    let bytes = this.bytesAt(at, Math.min(left, size));
    let used = this.checked(bytes, at);
    if (used === 0) {
      // This is one block larger than the page, or a hole, whose header is enough.
      const length = lengthAt(bytes, 0);
      if (length === undefined || length > left) throw this.broken(at, 'no event begins there that ends in the file');
      if (isEmptiness(bytes, 0, at)) return { bytes: bytes.subarray(0, 0), base: at, next: at + length };
      if (length <= bytes.length) throw this.broken(at, CHECKSUM);
      bytes = this.bytesAt(at, length);
      used = this.checked(bytes, at);
      if (used === 0) throw this.broken(at, CHECKSUM);
    }
    return { bytes: bytes.subarray(0, used), base: at, next: at + used };
  }

  /** How many of the bytes are valid entries, up to the first broken one. @param base position of the bytes. */
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

  bytesAt(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, this.descriptors.readInto(chunkOf(position), position % CHUNK_SPAN, bytes));
  }

  /**
   * The block at `position`; undefined when it was erased.
   * @param covered answers whether a position without a block is inside an erased part.
   * @throws DamagedLog when the bytes there are not what was written.
   */
  block(position: number, covered: (position: number) => boolean): { bytes: Buffer; block: Block } | undefined {
    let bytes = this.bytesAt(position, 4096);
    if (!isBlockKind(bytes[0])) {
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

  /** The link that ends at `position`; undefined when there is none. */
  linkBefore(position: number): Link | undefined {
    const at = position - LINK_SIZE;
    return at < chunkStart(chunkOf(at)) ? undefined : readLink(this.bytesAt(at, LINK_SIZE), 0, at);
  }

  /** Whether `position` is in an erased part. @param from start of an earlier entry in the same chunk. */
  isErased(position: number, from: number): boolean {
    for (let at = from; at <= position;) {
      const header = this.bytesAt(at, BLOCK_HEADER);
      const length = lengthAt(header, 0);
      if (length === undefined) return false;
      if (at + length > position) return header[0] === HOLE_KIND || header[0] === VOID_KIND;
      at += length;
    }
    return false;
  }

  /** The unchecked bytes from `position` on, up to 1 MiB, to describe damage with. */
  rawBytes(position: number): Buffer {
    const end = chunkOf(position) * CHUNK_SPAN + this.chunkLength(chunkOf(position));
    return this.bytesAt(position, Math.max(0, Math.min(1024 * 1024, end - position)));
  }

  /** The header of a chunk's file, unchecked. */
  rawHeader(chunk: number): Buffer {
    return this.bytesAt(chunk * CHUNK_SPAN, CHUNK_HEADER);
  }

  closeFiles(): void {
    this.descriptors.close();
  }
}
