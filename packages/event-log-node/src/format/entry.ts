import { BLOCK_HEADER, HOLE_HEADER, HOLE_KIND, isBlockKind, isHoleOf, isIntact, readBlock } from './block.js';
import { LINK_KIND, LINK_SIZE, VOID_KIND, readLink } from './chain.js';
import { readVoid } from './void.js';

/** A chunk is a row of entries: blocks, links that chain them, and holes and voids where something was erased. */

/** The whole length of the entry at `at`; undefined when there is none. Needs HOLE_HEADER bytes. */
export function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (at + HOLE_HEADER > bytes.length) return undefined;
  const kind = bytes[at];
  if (isBlockKind(kind)) return BLOCK_HEADER + bytes.readUInt16BE(at + 2) + bytes.readUInt32BE(at + 4);
  if (kind === LINK_KIND) return LINK_SIZE;
  if (kind === HOLE_KIND || kind === VOID_KIND) return HOLE_HEADER + bytes.readUInt32BE(at + 1);
  return undefined;
}

/** Whether the entry at `at`, all of which is in `bytes`, is valid. @param position of `at`. */
export function isSound(bytes: Buffer, at: number, position: number): boolean {
  if (bytes[at] === LINK_KIND) return readLink(bytes, at, position) !== undefined;
  const block = readBlock(bytes, at);
  return block === undefined ? isEmptiness(bytes, at, position) : isIntact(bytes, block);
}

/** Whether a hole or void begins at `at`. Its end need not be in `bytes`. @param position of `at`. */
export const isEmptiness = (bytes: Buffer, at: number, position: number): boolean =>
  isHoleOf(bytes, at, position) || readVoid(bytes, at, position) !== undefined;

/** How many bytes before the valid entry at `at` its group began; undefined for an entry that does not record this. */
export function groupOffsetAt(bytes: Buffer, at: number, position: number): number | undefined {
  return bytes[at] === LINK_KIND ? readLink(bytes, at, position)?.groupOffset : readBlock(bytes, at)?.groupOffset;
}
