import { EVENT_KIND, nextFrame, type Block } from '../format/block.js';
import { frameData, frameId } from '../format/event-frame.js';
import type { ChunkLog } from './chunk-log.js';
import type { BlockRef, Head } from './index-keys.js';
import type { StreamIndex } from './stream-index.js';

const NOTHING: Buffer = Buffer.alloc(0);

/** A frame in the bytes that hold it, and when it was written. */
export interface FoundEvent {
  bytes: Buffer;
  at: number;
  position: number;
  createdMs: number;
}

/** Single events of a stream, found through the index and read from the log. */
export class StoredEvents {
  constructor(
    private readonly index: StreamIndex,
    private readonly log: ChunkLog,
  ) {}

  /** The block that a reference points to; undefined when it was erased. @throws DamagedLog */
  blockOf(ref: BlockRef): { bytes: Buffer; block: Block } | undefined {
    const found = this.log.block(ref.position, this.isErased);
    return found?.block.firstRevision === ref.firstRevision ? found : undefined;
  }

  private readonly isErased = (position: number): boolean =>
    this.log.isErased(position, this.index.blockStartBefore(position));

  /**
   * The frame of the event with this revision in stream number `no`; undefined when it was erased or does not exist.
   */
  find(no: number, revision: number): FoundEvent | undefined {
    const [ref] = this.index.blocksBack(no, revision, 1);
    if (ref === undefined || revision >= ref.firstRevision + ref.count) return undefined;
    const found = this.blockOf(ref);
    if (found === undefined) return undefined;
    const { bytes, block } = found;
    let at = block.body;
    for (let i = ref.firstRevision; i < revision; i++) at = nextFrame(bytes, at);
    return bytes[at] === EVENT_KIND
      ? { bytes, at, position: ref.position + at - block.start, createdMs: ref.createdMs }
      : undefined;
  }

  /** The position of the event with this revision in stream number `no`. */
  positionOf(no: number, revision: number): number | undefined {
    return this.find(no, revision)?.position;
  }

  idOf(no: number, revision: number): string | undefined {
    const found = this.find(no, revision);
    return found && frameId(found.bytes, found.at);
  }

  /** The data of a stream's last event; empty when there is none. */
  lastData(head: Head | undefined): Buffer {
    if (head === undefined || head.last < 0) return NOTHING;
    const found = this.find(head.no, head.last);
    return found ? frameData(found.bytes, found.at) : NOTHING;
  }
}
