import { CHUNK_SPAN, EVENT_KIND, chunkOf, chunkStart, nextFrame, readBlock, type Block } from '../format/block.js';
import { lengthAt } from '../format/entry.js';
import { frameType } from '../format/event-frame.js';
import type { ChunkLog } from './chunk-log.js';
import type { Page } from './chunk-reader.js';
import type { Filter } from './filter.js';
import { firstReadable, isYoungEnough } from './limits.js';
import type { Store } from './store.js';

/** Takes frames. A step ends early when `isFull` is true. */
export interface FrameSink {
  add(bytes: Buffer, start: number, end: number, position: number): void;
  readonly isFull: boolean;
}

/** Called for each event that was passed, matching or not. */
export type Considered = (position: number) => void;

/** Calls `visit` for each event of a page, in order, until it answers false. */
function eachFrame(page: Page, visit: (at: number, end: number, block: Block) => boolean): boolean {
  const { bytes } = page;
  for (let offset = 0; offset < bytes.length; offset += lengthAt(bytes, offset)!) {
    const block = readBlock(bytes, offset);
    if (block === undefined) continue;
    for (let at = block.body; at < block.end;) {
      const end = nextFrame(bytes, at);
      if (bytes[at] === EVENT_KIND && !visit(at, end, block)) return false;
      at = end;
    }
  }
  return true;
}

function wants(filter: Filter | undefined, bytes: Buffer, at: number, block: Block): boolean {
  if (filter === undefined) return true;
  return filter.matches(filter.on === 'type' ? frameType(bytes, at) : bytes.subarray(block.nameStart, block.nameEnd));
}

/** Walks `$all` forwards. */
export class AllForwards {
  private at: number;

  /** @param from the first position to read. */
  constructor(
    private readonly store: Store,
    private from: number,
    private readonly filter?: Filter,
    private readonly considered?: Considered,
  ) {
    this.at = store.index.blockStartBefore(Math.min(from, store.log.end));
  }

  /** How many bytes of the log are still ahead of this reader. */
  get behind(): number {
    return this.store.log.end - this.at;
  }

  /** Reads one page at most. Answers false at the end of the log. */
  step(sink: FrameSink): boolean {
    const page = this.store.log.page(this.at);
    if (page === undefined) return false;
    const { filter, considered } = this;
    const finished = eachFrame(page, (at, end, block) => {
      const position = page.base + at;
      if (position < this.from) return true;
      if (sink.isFull) return false;
      this.from = position + 1;
      if (wants(filter, page.bytes, at, block)) sink.add(page.bytes, at, end, position);
      considered?.(position);
      return true;
    });
    if (finished) this.at = page.next;
    return true;
  }
}

/** Walks `$all` backwards, in stretches that begin where the index knows a block start. */
export class AllBackwards {
  /** @param before reads only events of lower positions. */
  constructor(
    private readonly store: Store,
    private before: number,
    private readonly filter?: Filter,
  ) {
    this.before = Math.min(before, store.log.end);
  }

  step(sink: FrameSink): boolean {
    const chunk = chunkOf(this.before);
    if (this.before <= chunkStart(chunk)) {
      if (chunk === 0) return false;
      this.before = chunk * CHUNK_SPAN;
    }
    const start = this.store.index.blockStartBefore(this.before - 1);
    const frames = framesBetween(this.store.log, start, this.before, this.filter);
    for (const { bytes, at, end, position } of frames.reverse()) {
      if (sink.isFull) return true;
      this.before = position;
      sink.add(bytes, at, end, position);
    }
    this.before = start;
    return true;
  }
}

interface Frame {
  bytes: Buffer;
  at: number;
  end: number;
  position: number;
}

function framesBetween(log: ChunkLog, start: number, before: number, filter?: Filter): Frame[] {
  const frames: Frame[] = [];
  for (let at = start; at < before;) {
    const page = log.page(at);
    if (page === undefined || page.base >= before) break;
    eachFrame(page, (offset, end, block) => {
      const position = page.base + offset;
      if (position >= before) return false;
      if (wants(filter, page.bytes, offset, block)) frames.push({ bytes: page.bytes, at: offset, end, position });
      return true;
    });
    at = page.next;
  }
  return frames;
}

const REFS = 64;

/** Walks one stream forwards and leaves out what its limits hide. */
export class StreamForwards {
  constructor(
    private readonly store: Store,
    private readonly name: string,
    /** The next revision to read. */
    public revision: number,
  ) {}

  /** Takes one step. Answers false when there are no more events. */
  step(sink: FrameSink): boolean {
    const { store } = this;
    const head = store.index.head(this.name);
    if (head === undefined) return false;
    this.revision = Math.max(this.revision, firstReadable(head.limits, head.last));
    if (this.revision > head.last) return false;
    const refs = store.index.blocksFrom(head.no, this.revision, REFS);
    const now = store.now();
    for (const ref of refs) {
      const after = ref.firstRevision + ref.count;
      const found = isYoungEnough(head.limits, ref.createdMs, now) ? store.stored.blockOf(ref) : undefined;
      if (found !== undefined) {
        const { bytes, block } = found;
        let revision = ref.firstRevision;
        for (let at = block.body; at < block.end; revision++) {
          const end = nextFrame(bytes, at);
          if (revision >= this.revision && bytes[at] === EVENT_KIND) {
            if (sink.isFull) return true;
            sink.add(bytes, at, end, ref.position + at - block.start);
            this.revision = revision + 1;
          }
          at = end;
        }
      }
      this.revision = after;
    }
    return refs.length > 0 && this.revision <= head.last;
  }
}

/** Walks one stream backwards and leaves out what its limits hide. */
export class StreamBackwards {
  constructor(
    private readonly store: Store,
    private readonly name: string,
    /** The next revision to read. A higher one than the last begins with the last. */
    private revision: number,
  ) {}

  step(sink: FrameSink): boolean {
    const { store } = this;
    const head = store.index.head(this.name);
    if (head === undefined) return false;
    this.revision = Math.min(this.revision, head.last);
    const lowest = firstReadable(head.limits, head.last);
    if (this.revision < lowest) return false;
    const refs = store.index.blocksBack(head.no, this.revision, REFS);
    const now = store.now();
    for (const ref of refs) {
      if (!isYoungEnough(head.limits, ref.createdMs, now)) return false;
      const found = store.stored.blockOf(ref);
      const frames: [number, number][] = [];
      if (found !== undefined) {
        for (let at = found.block.body; at < found.block.end;) {
          const end = nextFrame(found.bytes, at);
          frames.push([at, end]);
          at = end;
        }
      }
      for (let i = Math.min(frames.length - 1, this.revision - ref.firstRevision); i >= 0; i--) {
        if (ref.firstRevision + i < lowest) return false;
        if (sink.isFull) return true;
        const [at, end] = frames[i]!;
        this.revision = ref.firstRevision + i - 1;
        if (found!.bytes[at] === EVENT_KIND) sink.add(found!.bytes, at, end, ref.position + at - found!.block.start);
      }
      this.revision = ref.firstRevision - 1;
    }
    return refs.length > 0 && this.revision >= lowest;
  }
}
