import { EVENT_KIND, blockName, nextFrame, readBlock, type Block } from '../format/block.js';
import { lengthAt } from '../format/entry.js';
import { frameData, frameId } from '../format/event-frame.js';
import type { ChunkLog } from './chunk-log.js';
import type { Head } from './index-keys.js';
import { METASTREAM_LIMITS, NO_LIMITS, isMetastream, limitsOf, ownerOf } from './limits.js';
import type { StreamIndex } from './stream-index.js';

/** Adds to the index what the log holds after the position that the index covers. */
export async function catchUpIndex(log: ChunkLog, index: StreamIndex): Promise<void> {
  for (let at = index.state.indexedTo; ;) {
    const page = log.page(at, 4 * 1024 * 1024);
    if (page === undefined) break;
    for (let offset = 0; offset < page.bytes.length; offset += lengthAt(page.bytes, offset)!) {
      index.addStart(page.base + offset);
      const block = readBlock(page.bytes, offset);
      if (block !== undefined) indexBlock(index, page.bytes, block, page.base);
    }
    at = page.next;
    if (index.isFull) await index.flush(at);
  }
}

function indexBlock(index: StreamIndex, bytes: Buffer, block: Block, base: number): void {
  const name = blockName(bytes, block);
  const old = index.head(name);
  const no = old?.no ?? index.state.nextStream++;
  let lastPosition = old?.lastPosition ?? 0;
  let revision = block.firstRevision;
  let lastAt = -1;
  for (let at = block.body; at < block.end; at = nextFrame(bytes, at), revision++) {
    lastPosition = base + at;
    lastAt = -1;
    if (bytes[at] !== EVENT_KIND) continue;
    lastAt = at;
    if (!block.tombstone) index.addIdKey(`${no}:${frameId(bytes, at)}`, revision);
  }
  const metastream = isMetastream(name);
  const head: Head = {
    no,
    last: block.tombstone ? (old?.last ?? -1) : Math.max(old?.last ?? -1, block.firstRevision + block.count - 1),
    lastPosition,
    tombstoned: block.tombstone || old?.tombstoned === true,
    limits: metastream ? METASTREAM_LIMITS : (old?.limits ?? NO_LIMITS),
  };
  index.setHead(name, head);
  index.state.lastEvent = lastPosition;
  if (!block.tombstone) {
    const { firstRevision, count, createdMs } = block;
    index.addBlock(no, { firstRevision, position: base + block.start, count, createdMs });
  }
  if (metastream && lastAt !== -1) limitOwner(index, ownerOf(name), frameData(bytes, lastAt));
}

function limitOwner(index: StreamIndex, owner: string, metadata: Buffer): void {
  const head = index.head(owner) ?? {
    no: index.state.nextStream++,
    last: -1,
    lastPosition: 0,
    tombstoned: false,
    limits: NO_LIMITS,
  };
  index.setHead(owner, { ...head, limits: isMetastream(owner) ? METASTREAM_LIMITS : limitsOf(metadata) });
}
