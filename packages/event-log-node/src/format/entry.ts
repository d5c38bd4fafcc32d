import { BLOCK_HEADER, HOLE_HEADER, HOLE_KIND, isBlockKind, isHoleOf, isIntact, readBlock } from './block.js';
import { LINK_KIND, LINK_SIZE, VOID_KIND, readLink } from './chain.js';
import { readVoid } from './void.js';

/** A chunk is a row of entries: blocks, the links that chain them, and holes and voids where something was erased. */

/** The whole length of the entry at `at`; undefined when none stands there. Needs HOLE_HEADER bytes. */
export function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (at + HOLE_HEADER > bytes.length) return undefined;
  const kind = bytes[at];
  if (isBlockKind(kind)) return BLOCK_HEADER + bytes.readUInt16BE(at + 2) + bytes.readUInt32BE(at + 4);
  if (kind === LINK_KIND) return LINK_SIZE;
  if (kind === HOLE_KIND || kind === VOID_KIND) return HOLE_HEADER + bytes.readUInt32BE(at + 1);
  return undefined;
}

/** Whether what stands at `at`, wholly in `bytes`, is as it was written. @param position of `at`. */
export function isSound(bytes: Buffer, at: number, position: number): boolean {
  if (bytes[at] === LINK_KIND) return readLink(bytes, at, position) !== undefined;
  const block = readBlock(bytes, at);
  return block === undefined ? isEmptiness(bytes, at, position) : isIntact(bytes, block);
}

/** Whether a hole or void begins at `at`, of which the end need not be in `bytes`. @param position of `at`. */
export const isEmptiness = (bytes: Buffer, at: number, position: number): boolean =>
  isHoleOf(bytes, at, position) || readVoid(bytes, at, position) !== undefined;

/**
 * How far before the entry at `at`, which is sound, the group began with which it was written; undefined of an entry
 * that tells nothing of that.
 */
export function groupOffsetAt(bytes: Buffer, at: number, position: number): number | undefined {
  return bytes[at] === LINK_KIND ? readLink(bytes, at, position)?.groupOffset : readBlock(bytes, at)?.groupOffset;
}
