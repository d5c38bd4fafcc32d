import { mkdirSync, rmSync } from 'node:fs';
import { open, type RootDatabase } from 'lmdb';
import { EventLogError } from '../event-log-error.js';
import { FORMAT_VERSION, chunkOf, chunkStart } from '../format/block.js';
import { newer } from './chunk-files.js';
import {
  LIMITED_RANGE,
  STATE_KEY,
  blockKey,
  decodeHead,
  decodeNumber,
  decodeRef,
  encodeHead,
  encodeNumber,
  encodeRef,
  headKey,
  idKey,
  limitedKey,
  markKey,
  type BlockRef,
  type Head,
  type IndexState,
} from './index-keys.js';
import { isUnlimited } from './limits.js';
import { askForRoom, looksWhole, openingFailed, whileNoted } from './lmdb-guard.js';
import { openFailure } from './open-failure.js';
import { RecentIndex } from './recent-index.js';

/** A read at any position starts from a known block start at most this many bytes before it. */
const MARK_SPAN = 256 * 1024;
/** This many entries are gathered in memory, then written to LMDB in one sorted transaction. */
export const FLUSH_SIZE = 12_000;

/** What was erased of one stream. */
export interface Erased {
  /** First revisions of blocks that were removed as a whole. */
  revisions: number[];
  /** Event ids, each with its revision. */
  ids: [id: string, revision: number][];
}

/**
 * Finds things in the log: streams by name, their blocks by revision, event ids, and some block starts.
 *
 * All of it can be rebuilt from the log, so it is not written with each append. Recent entries stay in memory and go
 * to LMDB many at a time, in one transaction with the position up to which LMDB then covers the log.
 */
export class StreamIndex {
  private recent = new RecentIndex();
  private flushing: RecentIndex | undefined;
  private running: Promise<void> | undefined;
  private markedWindow = -1;

  private constructor(
    private readonly db: RootDatabase<Buffer, Buffer>,
    readonly state: IndexState,
  ) {}

  /**
   * Opens the index, or creates an empty one when it is missing or damaged: the log holds all of its content. Throws
   * EventLogError when a newer Truyvet wrote it or LMDB cannot open it.
   */
  static open(path: string, warn: (text: string) => void): StreamIndex {
    if (!looksWhole(path) || openingFailed(path)) {
      warn(`The index in ${path} is damaged, so it is rebuilt from the log.`);
      rmSync(path, { recursive: true });
    }
    mkdirSync(path, { recursive: true });
    try {
      askForRoom(path);
      const { db, stored } = whileNoted(path, () => {
        const opened = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', maxReaders: 64 });
        return { db: opened, stored: opened.get(STATE_KEY) };
      });
      const fresh: IndexState = { format: FORMAT_VERSION, indexedTo: chunkStart(0), nextStream: 1, lastEvent: 0 };
      const state = stored === undefined ? fresh : (JSON.parse(stored.toString('utf8')) as IndexState);
      if (state.format > FORMAT_VERSION) throw newer(path, state.format);
      state.format = FORMAT_VERSION;
      return new StreamIndex(db, state);
    } catch (error) {
      const explained = openFailure(path, error);
      if (explained instanceof EventLogError) throw explained;
      throw new EventLogError(
        'index-unusable',
        `The index of the event log in ${path} cannot be opened: ${String(error)}.`,
        `Remove ${path} and start again: the index is rebuilt from the log.`,
      );
    }
  }

  head(name: string): Head | undefined {
    const recent = this.recent.heads.get(name) ?? this.flushing?.heads.get(name);
    if (recent !== undefined) return recent;
    const bytes = this.db.get(headKey(name));
    return bytes && decodeHead(bytes);
  }

  setHead(name: string, head: Head): void {
    this.recent.setHead(name, head);
  }

  addBlock(no: number, ref: BlockRef): void {
    this.recent.addBlock(no, ref);
  }

  /** Records that a block begins at `position`. */
  addStart(position: number): void {
    const window = Math.floor(position / MARK_SPAN);
    if (window === this.markedWindow) return;
    this.markedWindow = window;
    if (this.mark(window) === undefined) this.recent.marks.set(window, position);
  }

  /** @param key streamNumber:eventId. */
  addIdKey(key: string, revision: number): void {
    this.recent.addId(key, revision);
  }

  /** The revision of the event with this id in the stream; the latest when the stream holds the id twice. */
  revisionOf(no: number, id: string): number | undefined {
    const key = `${no}:${id}`;
    const recent = this.recent.ids.get(key) ?? this.flushing?.ids.get(key);
    if (recent !== undefined) return recent;
    const bytes = this.db.get(idKey(no, id));
    return bytes && decodeNumber(bytes);
  }

  /** Up to `limit` blocks in order, beginning with the one that holds `revision`, or the first after it. */
  blocksFrom(no: number, revision: number, limit: number): BlockRef[] {
    const before = this.blocksBack(no, revision, 1)[0];
    const start = before && before.firstRevision + before.count > revision ? before.firstRevision : revision;
    const found: BlockRef[] = [];
    for (const { key, value } of this.db.getRange({
      start: blockKey(no, start),
      end: blockKey(no, Infinity),
      limit,
    })) {
      found.push(decodeRef(key, value));
    }
    for (const part of [this.flushing, this.recent]) {
      const refs = part?.blocks.get(no) ?? [];
      // For a moment, a part that was just committed is both in LMDB and in memory.
      const next = Math.max(start, (found.at(-1)?.firstRevision ?? -1) + 1);
      for (let i = lowerBound(refs, next); i < refs.length && found.length < limit; i++) found.push(refs[i]!);
    }
    return found;
  }

  /** Up to `limit` blocks, last first, beginning with the last one that starts at or before `revision`. */
  blocksBack(no: number, revision: number, limit: number): BlockRef[] {
    const found: BlockRef[] = [];
    for (const part of [this.recent, this.flushing]) {
      const refs = part?.blocks.get(no) ?? [];
      for (let i = lowerBound(refs, revision + 1) - 1; i >= 0 && found.length < limit; i--) found.push(refs[i]!);
    }
    const below = (found.at(-1)?.firstRevision ?? revision + 1) - 1;
    if (found.length < limit && below >= 0) {
      for (const { key, value } of this.db.getRange({
        start: blockKey(no, below),
        end: blockKey(no, 0).subarray(0, 8),
        reverse: true,
        limit: limit - found.length,
      })) {
        found.push(decodeRef(key, value));
      }
    }
    return found;
  }

  private mark(window: number): number | undefined {
    const recent = this.recent.marks.get(window) ?? this.flushing?.marks.get(window);
    if (recent !== undefined) return recent;
    const bytes = this.db.get(markKey(window));
    return bytes && decodeNumber(bytes);
  }

  /** The start of a block at or before `position`, in the same chunk. */
  blockStartBefore(position: number): number {
    const first = chunkStart(chunkOf(position));
    for (let window = Math.floor(position / MARK_SPAN); window * MARK_SPAN >= first - MARK_SPAN; window--) {
      const mark = this.mark(window);
      if (mark !== undefined && mark <= position && mark >= first) return mark;
      if (window <= 0) break;
    }
    return first;
  }

  /** Streams that have limits or a tombstone, by name, with stream numbers greater than `after`. */
  limitedStreams(after: number, limit: number): { no: number; name: string }[] {
    const { end } = LIMITED_RANGE;
    return [...this.db.getRange({ start: limitedKey(after + 1), end, limit })].map(({ key, value }) => ({
      no: key.readUIntBE(1, 6),
      name: value.toString('utf8'),
    }));
  }

  get isFull(): boolean {
    return this.recent.size >= FLUSH_SIZE;
  }

  /** Whether appends should wait for LMDB: a flush is unfinished, and the entries of two more are in memory. */
  get isLagging(): boolean {
    return this.flushing !== undefined && this.recent.size >= 2 * FLUSH_SIZE;
  }

  /** Writes entries from memory to LMDB. @param indexedTo the position up to which this index covers the log. */
  flush(indexedTo: number): Promise<void> {
    if (this.running !== undefined) return this.running;
    if (indexedTo === this.state.indexedTo && this.recent.size === 0) return Promise.resolve();
    const part = this.flushing ?? this.recent;
    if (part === this.recent) {
      this.flushing = part;
      this.recent = new RecentIndex();
      this.state.indexedTo = indexedTo;
    }
    const state = Buffer.from(JSON.stringify(this.state));
    this.running = this.write(part, state).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async write(part: RecentIndex, state: Buffer): Promise<void> {
    const entries: [Buffer, Buffer][] = [];
    for (const [name, head] of part.heads) {
      entries.push([headKey(name), encodeHead(head)]);
      if (head.tombstoned || !isUnlimited(head.limits)) entries.push([limitedKey(head.no), Buffer.from(name)]);
    }
    for (const [no, refs] of part.blocks) {
      for (const ref of refs) entries.push([blockKey(no, ref.firstRevision), encodeRef(ref)]);
    }
    for (const [key, revision] of part.ids) {
      const colon = key.indexOf(':');
      entries.push([idKey(Number(key.slice(0, colon)), key.slice(colon + 1)), encodeNumber(revision)]);
    }
    for (const [window, position] of part.marks) entries.push([markKey(window), encodeNumber(position)]);
    entries.sort((a, b) => Buffer.compare(a[0], b[0]));
    await this.db.batch(() => {
      for (const [key, value] of entries) void this.db.put(key, value);
      void this.db.put(STATE_KEY, state);
    });
    this.db.resetReadTxn();
    this.flushing = undefined;
  }

  /** Removes blocks and event ids that were erased from the log. Everything must have been flushed before. */
  async forget(no: number, erased: Erased): Promise<void> {
    // An id may also belong to a later event, which stays.
    const ids = erased.ids.filter(([id, revision]) => this.revisionOf(no, id) === revision);
    await this.db.batch(() => {
      for (const revision of erased.revisions) void this.db.remove(blockKey(no, revision));
      for (const [id] of ids) void this.db.remove(idKey(no, id));
    });
    this.db.resetReadTxn();
  }

  /** Takes a stream out of the limited ones, because all that its limits hide is erased for good. */
  async settle(no: number): Promise<void> {
    await this.db.remove(limitedKey(no));
  }

  async close(): Promise<void> {
    await this.running;
    await this.db.close();
  }
}

/** The first index whose block begins at `revision` or later. */
function lowerBound(refs: BlockRef[], revision: number): number {
  let low = 0;
  let high = refs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (refs[middle]!.firstRevision < revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
