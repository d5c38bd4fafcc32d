import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { EVENT_KIND, HOLE_HEADER, SALT, nextFrame, type Block } from './block.js';

/**
 * The chain of the log. Each group of blocks that is written together ends with a link: the hash of the previous link
 * and of a digest of each block. A block's digest covers a digest of each event, and an event's digest covers its
 * frame and a random salt. Erasing replaces both with the digest, so that the chain can still be checked and nobody
 * can guess the content of the event by trying. A block that is erased as a whole leaves its own digest.
 */

export const LINK_KIND = 0xc4;
export const LINK_SIZE = 64;
export const VOID_KIND = 0xef;
export const DIGEST = 32;

/** The last link of the chain: its number and its hash. */
export interface ChainHead {
  /** How many groups were chained before; the very first link has 0. */
  number: number;
  hash: Buffer;
}

export interface Link extends ChainHead {
  /** Position of the link itself. */
  position: number;
  /**
   * How many bytes before the link its group began; 0 in the first link of a chunk, which repeats the link before it.
   */
  groupOffset: number;
}

/** The first link of a new chain. Nothing comes before it, so its hash is random and differs for each log. */
export const firstOfAll = (): ChainHead => ({ number: 0, hash: randomBytes(DIGEST) });

export function writeLink(bytes: Buffer, at: number, { number, hash, position, groupOffset }: Link): number {
  bytes.fill(0, at, at + LINK_SIZE);
  bytes[at] = LINK_KIND;
  bytes.writeUIntBE(number, at + 8, 6);
  bytes.writeUIntBE(position, at + 14, 6);
  bytes.writeUInt32BE(groupOffset, at + 20);
  hash.copy(bytes, at + 32);
  bytes.writeUInt32BE(linkChecksum(bytes, at), at + 4);
  return at + LINK_SIZE;
}

const linkChecksum = (bytes: Buffer, at: number): number =>
  crc32(bytes.subarray(at + 8, at + LINK_SIZE), crc32(bytes.subarray(at, at + 4)));

/** The link at `at`; undefined when there is no valid one. @param position of `at`. */
export function readLink(bytes: Buffer, at: number, position: number): Link | undefined {
  if (at < 0 || at + LINK_SIZE > bytes.length || bytes[at] !== LINK_KIND) return undefined;
  if (bytes.readUInt32BE(at + 4) !== linkChecksum(bytes, at)) return undefined;
  if (bytes.readUIntBE(at + 14, 6) !== position) return undefined;
  return {
    number: bytes.readUIntBE(at + 8, 6),
    position,
    groupOffset: bytes.readUInt32BE(at + 20),
    hash: Buffer.from(bytes.subarray(at + 32, at + LINK_SIZE)),
  };
}

/** The hash of the link that ends a group. @param blocks the digests of its blocks, in order. */
export function linkHash(before: ChainHead, blocks: readonly Buffer[]): Buffer {
  const hash = createHash('sha256').update(before.hash);
  const number = Buffer.allocUnsafe(6);
  number.writeUIntBE(before.number + 1, 0, 6);
  hash.update(number);
  for (const digest of blocks) hash.update(digest);
  return hash.digest();
}

let pool = Buffer.alloc(0);

/** Fills `length` bytes with random salt. */
export function fillSalts(bytes: Buffer, at: number, length: number): void {
  if (length > pool.length) {
    pool = Buffer.allocUnsafeSlow(Math.max(length, 64 * 1024));
    randomFillSync(pool);
  }
  pool.copy(bytes, at, 0, length);
  pool = pool.subarray(length);
}

const saltAt = (block: Block, index: number): number => block.nameEnd + index * SALT;

/** The digest of the event at `at`, which has this index in its block. An erased event still has its digest. */
function eventDigest(bytes: Buffer, block: Block, index: number, at: number): Buffer {
  if (bytes[at] !== EVENT_KIND) return bytes.subarray(at + HOLE_HEADER, at + HOLE_HEADER + DIGEST);
  const salt = saltAt(block, index);
  return createHash('sha256')
    .update(bytes.subarray(salt, salt + SALT))
    .update(bytes.subarray(at, nextFrame(bytes, at)))
    .digest();
}

/** The digest of a block: its header, its stream's name, and the digests of its events. */
export function blockDigest(bytes: Buffer, block: Block): Buffer {
  const hash = createHash('sha256');
  // The checksum between these two parts changes when an event is erased.
  hash.update(bytes.subarray(block.start, block.start + 8));
  hash.update(bytes.subarray(block.start + 12, block.nameEnd));
  for (let at = block.body, i = 0; at < block.end; at = nextFrame(bytes, at), i++) {
    hash.update(eventDigest(bytes, block, i, at));
  }
  return hash.digest();
}

/** Erases the frame and the salt of an event and leaves its digest. The caller has to seal the block again. */
export function leaveDigest(bytes: Buffer, block: Block, index: number, at: number, hole: Buffer): void {
  const digest = Buffer.from(eventDigest(bytes, block, index, at));
  bytes.fill(0, at, nextFrame(bytes, at));
  hole.copy(bytes, at);
  digest.copy(bytes, at + HOLE_HEADER);
  const salt = saltAt(block, index);
  bytes.fill(0, salt, salt + SALT);
}
