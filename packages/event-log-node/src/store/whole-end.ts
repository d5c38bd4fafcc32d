import { BLOCK_KIND, CHUNK_SPAN, SALTED_KIND, chunkOf } from '../format/block.js';
import { LINK_KIND, LINK_SIZE } from '../format/chain.js';
import { groupOffsetAt, isSound, lengthAt } from '../format/entry.js';
import { chunkPath, damaged } from './chunk-files.js';
import { LARGEST_BLOCK, type ChunkReader } from './chunk-reader.js';
import { DamagedLog } from './damage.js';

const SCAN_PAGE = 4 * 1024 * 1024;

/**
 * Checks everything from `position` on and answers where the last whole group ends. In a chunk without a chain, that
 * is where the last whole block ends.
 * @throws EventLogError when something before that end is broken.
 */
export function wholeEnd(log: ChunkReader, position: number, chained: boolean): number {
  let lastLink = position;
  for (let at = position; ;) {
    try {
      const page = log.page(at, SCAN_PAGE);
      if (page === undefined) {
        // A group without its link was never finished, even when all its blocks are whole.
        return chained ? Math.max(lastLink, chunkStartOf(log)) : Math.max(at, chunkStartOf(log));
      }
      for (let offset = 0; offset < page.bytes.length; offset += lengthAt(page.bytes, offset)!) {
        if (page.bytes[offset] === LINK_KIND) lastLink = page.base + offset + LINK_SIZE;
      }
      at = page.next;
    } catch (error) {
      if (!(error instanceof DamagedLog)) throw error;
      refuseDamage(log, error.position);
      return chained ? lastLink : error.position;
    }
  }
}

const chunkStartOf = (log: ChunkReader): number => log.activeChunk * CHUNK_SPAN;

/**
 * A broken block at the end is an interrupted write. A broken block before a valid entry of a later group is damage,
 * because a group is written only after the previous one was on the disk.
 */
function refuseDamage(log: ChunkReader, broken: number): void {
  const chunk = chunkOf(broken);
  const path = chunkPath(log.dir, chunk);
  const where = `its content is broken at byte ${broken % CHUNK_SPAN}`;
  if (chunk < log.activeChunk) throw damaged(path, where);
  const bytes = log.bytesAt(broken, log.end - broken);
  if (laterGroupAfter(bytes, 0, broken) !== undefined) throw damaged(path, `${where}, before whole events`);
}

/**
 * Finds a valid entry that was written after the broken one at offset `broken` of a chunk's bytes, and answers its
 * offset.
 * @param base position of the bytes.
 * @param sameGroup whether an entry of the broken group counts as well.
 */
export function laterGroupAfter(bytes: Buffer, broken: number, base: number, sameGroup = false): number | undefined {
  for (let at = broken + 1; at < bytes.length; at++) {
    const kind = bytes[at];
    if (kind !== BLOCK_KIND && kind !== SALTED_KIND && kind !== LINK_KIND) continue;
    const length = lengthAt(bytes, at);
    if (length === undefined || length > LARGEST_BLOCK || at + length > bytes.length) continue;
    if (!isSound(bytes, at, base + at)) continue;
    const offset = groupOffsetAt(bytes, at, base + at);
    if (offset !== undefined && (sameGroup || at - offset > broken)) return at;
  }
  return undefined;
}
