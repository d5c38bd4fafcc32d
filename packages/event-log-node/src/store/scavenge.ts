import { constants } from 'node:fs';
import { rename, rm, type FileHandle } from 'node:fs/promises';
import {
  CHUNK_SPAN,
  EVENT_KIND,
  chunkOf,
  holeHeader,
  nextFrame,
  readBlock,
  sealBlock,
  type Block,
} from '../format/block.js';
import { blockDigest, leaveDigest, readLink } from '../format/chain.js';
import { lengthAt } from '../format/entry.js';
import { readVoid } from '../format/void.js';
import { frameId } from '../format/event-frame.js';
import { chunkPath, openDurable, syncFolder } from './chunk-files.js';
import { DamagedLog } from './damage.js';
import type { BlockRef, Head } from './index-keys.js';
import { firstReadable, isYoungEnough } from './limits.js';
import { namedDamage } from './named-damage.js';
import { SparseWriter } from './sparse-writer.js';
import type { Store } from './store.js';
import type { Erased } from './stream-index.js';

const PAGE = 4 * 1024 * 1024;
const STREAMS_A_PASS = 1_000;
const REFS_A_READ = 1_000;
/** After this many blocks are marked, chunks are rewritten, which limits the memory of a pass. */
const BLOCKS_A_PASS = 200_000;

export interface ScavengeResult {
  /** Events that are no longer in any file. */
  erasedEvents: number;
  rewrittenChunks: number;
}

/** The events of a block to erase: those below revision `keepFrom`. With `whole`, the header goes too. */
interface Doom {
  no: number;
  keepFrom: number;
  whole: boolean;
}

/**
 * Removes events from the files that can no longer be read: events of tombstoned, deleted, truncated and aged
 * streams.
 *
 * A chunk that holds such events is written to a new file with holes in their place. The new file then replaces the
 * old one, so that no file holds the events' bytes. Positions do not change, and file systems with sparse files free
 * the space. After a crash at any moment one of the two files is whole.
 */
class Scavenge {
  private readonly result: ScavengeResult = { erasedEvents: 0, rewrittenChunks: 0 };
  private doomed = new Map<number, Map<number, Doom>>();
  private count = 0;

  constructor(private readonly store: Store) {}

  async run(): Promise<ScavengeResult> {
    const { index } = this.store;
    await this.settleIndex();
    const now = this.store.now();
    const finished: { no: number; name: string; head: Head }[] = [];
    for (let after = 0; ;) {
      const streams = index.limitedStreams(after, STREAMS_A_PASS);
      if (streams.length === 0) break;
      for (const { no, name } of streams) {
        after = no;
        const head = index.head(name);
        if (head === undefined) continue;
        await this.condemn(head, now);
        if (isFinal(head)) finished.push({ no, name, head });
      }
    }
    await this.rewriteAll();
    for (const { no, name, head } of finished) {
      if (sameLimits(index.head(name), head)) await index.settle(no);
    }
    return this.result;
  }

  /** Writes to LMDB what is in memory, including a part whose earlier write failed or is still running. */
  private settleIndex(): Promise<void> {
    const { store } = this;
    return store.exclusively(async () => {
      await store.index.flush(store.log.end);
      await store.index.flush(store.log.end);
    });
  }

  /** Marks the blocks of a stream that hold events which can no longer be read. */
  private async condemn(head: Head, now: number): Promise<void> {
    const keepFrom = head.tombstoned ? Infinity : firstReadable(head.limits, head.last);
    for (let revision = 0; revision <= head.last;) {
      const refs = this.store.index.blocksFrom(head.no, revision, REFS_A_READ);
      if (refs.length === 0) return;
      for (const ref of refs) {
        revision = ref.firstRevision + ref.count;
        const aged = !isYoungEnough(head.limits, ref.createdMs, now);
        if (!aged && ref.firstRevision >= keepFrom) return;
        const keep = aged ? revision : keepFrom;
        if (!this.holdsEvents(ref, keep)) continue;
        // The header of the last block stays: a rebuilt index learns the next revision from it.
        const whole = revision <= keep && (head.tombstoned || revision <= head.last);
        const chunk = chunkOf(ref.position);
        const blocks = this.doomed.get(chunk) ?? new Map<number, Doom>();
        this.doomed.set(chunk, blocks.set(ref.position, { no: head.no, keepFrom: keep, whole }));
        if (++this.count >= BLOCKS_A_PASS) await this.rewriteAll();
      }
    }
  }

  /** Whether a block still holds events below `keepFrom`. */
  private holdsEvents(ref: BlockRef, keepFrom: number): boolean {
    const found = this.store.stored.blockOf(ref);
    if (found === undefined) return false;
    const { bytes, block } = found;
    let revision = ref.firstRevision;
    for (let at = block.body; at < block.end && revision < keepFrom; at = nextFrame(bytes, at), revision++) {
      if (bytes[at] === EVENT_KIND) return true;
    }
    return false;
  }

  private async rewriteAll(): Promise<void> {
    const { store } = this;
    if (this.doomed.has(store.log.activeChunk)) await store.exclusively(() => store.log.roll());
    await this.settleIndex();
    for (const [chunk, blocks] of this.doomed) await this.rewrite(chunk, blocks);
    this.doomed = new Map();
    this.count = 0;
  }

  private async rewrite(chunk: number, blocks: Map<number, Doom>): Promise<void> {
    const { log } = this.store;
    const path = chunkPath(log.dir, chunk);
    const draft = `${path}.new`;
    const gone = new Map<number, Erased>();
    const file = await openDurable(draft, constants.O_CREAT | constants.O_TRUNC);
    try {
      await this.copy(chunk, blocks, file, gone);
      await file.truncate(log.chunkLength(chunk));
      await file.sync();
    } catch (error) {
      await file.close();
      await rm(draft, { force: true });
      throw error;
    }
    await file.close();
    await rename(draft, path);
    syncFolder(log.dir);
    log.replaced(chunk);
    this.result.rewrittenChunks++;
    for (const [no, erased] of gone) await this.store.index.forget(no, erased);
  }

  private async copy(
    chunk: number,
    blocks: Map<number, Doom>,
    file: FileHandle,
    gone: Map<number, Erased>,
  ): Promise<void> {
    const { log } = this.store;
    await file.write(log.rawHeader(chunk), 0);
    let at = chunk * CHUNK_SPAN;
    const end = at + log.chunkLength(chunk);
    for (
      let page = log.page(at + log.rawHeader(chunk).length, PAGE);
      page && page.base < end;
      page = log.page(at, PAGE)
    ) {
      // A copy, because readers may be served from the page's memory.
      const bytes = Buffer.from(page.bytes);
      const kept = new SparseWriter(file, chunk);
      // The page of an erased part longer than a page has no bytes, only a position.
      if (bytes.length === 0) {
        kept.hole(page.base, page.next - page.base, readVoid(log.rawBytes(page.base), 0, page.base));
      }
      for (let offset = 0; offset < bytes.length;) {
        const length = lengthAt(bytes, offset)!;
        const position = page.base + offset;
        const block = readBlock(bytes, offset);
        const doom = blocks.get(position);
        if (block === undefined) this.keepOther(bytes, offset, length, position, position + length === end, kept);
        else if (doom === undefined) kept.keep(bytes, offset, offset + length, position);
        else {
          const lost: Erased = gone.get(doom.no) ?? { revisions: [], ids: [] };
          gone.set(doom.no, lost);
          const records = block.chained ? [{ kind: 'block' as const, hash: blockDigest(bytes, block) }] : undefined;
          this.erase(bytes, block, doom, page.base, lost.ids);
          if (doom.whole) {
            lost.revisions.push(block.firstRevision);
            kept.hole(position, length, records);
          } else kept.keep(bytes, offset, offset + length, position);
        }
        offset += length;
      }
      await kept.flush();
      at = page.next;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Keeps entries that are not blocks: links, and holes and voids of earlier runs. */
  private keepOther(
    bytes: Buffer,
    at: number,
    length: number,
    position: number,
    isLast: boolean,
    kept: SparseWriter,
  ): void {
    const link = readLink(bytes, at, position);
    // The last link of a chunk stays, because the next chunk continues from it.
    if (link !== undefined && !isLast && kept.continues(position)) {
      kept.hole(position, length, [{ kind: 'link', hash: link.hash }]);
    } else if (link !== undefined) kept.keep(bytes, at, at + length, position);
    else kept.hole(position, length, readVoid(bytes, at, position));
  }

  /** Replaces the doomed events of a block with holes. */
  private erase(bytes: Buffer, block: Block, doom: Doom, base: number, ids: Erased['ids']): void {
    let revision = block.firstRevision;
    for (let at = block.body; at < block.end; revision++) {
      const end = nextFrame(bytes, at);
      if (revision < doom.keepFrom && bytes[at] === EVENT_KIND) {
        ids.push([frameId(bytes, at), revision]);
        const hole = holeHeader(end - at, base + at);
        if (block.chained) leaveDigest(bytes, block, revision - block.firstRevision, at, hole);
        else {
          bytes.fill(0, at, end);
          hole.copy(bytes, at);
        }
        this.result.erasedEvents++;
      }
      at = end;
    }
    sealBlock(bytes, block);
  }
}

/** Whether a stream need not be scavenged again until its metadata changes. */
const isFinal = ({ tombstoned, limits }: Head): boolean =>
  tombstoned || (limits.maxAgeMs === Infinity && limits.maxCount === Infinity);

const sameLimits = (a: Head | undefined, b: Head): boolean =>
  a?.tombstoned === b.tombstoned &&
  a.limits.truncateBefore === b.limits.truncateBefore &&
  a.limits.deleted === b.limits.deleted &&
  isFinal(a);

/** Runs one scavenge of a store at a time. A caller that comes meanwhile waits for a run of its own. */
export class Scavenger {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly store: Store) {}

  /**
   * Resolves when no file holds any event that was erasable at the time of the call.
   * @throws DamagedLog when something that has to be read or copied is damaged. That file then stays as it is.
   */
  scavenge(): Promise<ScavengeResult> {
    const run = this.last.then(() => this.run());
    this.last = run.catch(() => undefined);
    return run;
  }

  private async run(): Promise<ScavengeResult> {
    try {
      return await new Scavenge(this.store).run();
    } catch (error) {
      if (!(error instanceof DamagedLog)) throw error;
      throw namedDamage(this.store, error);
    }
  }
}
