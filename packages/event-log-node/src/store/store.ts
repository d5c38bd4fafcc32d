import { access, constants, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventLogError } from '../event-log-error.js';
import { FORMAT_VERSION } from '../format/block.js';
import { newer, syncFolder } from './chunk-files.js';
import { ChunkLog } from './chunk-log.js';
import { DamagedLog } from './damage.js';
import { DiskFullError, isDiskFull } from './disk-full.js';
import { FolderLock } from './folder-lock.js';
import { Group, Scratch } from './group.js';
import { isMetastream, ownerOf } from './limits.js';
import { openFailure } from './open-failure.js';
import type { Outcome, WriteRequest } from './outcome.js';
import { catchUpIndex } from './recovery.js';
import { StoredEvents } from './stored-events.js';
import { StreamIndex } from './stream-index.js';

const FORMAT_NOTE = 'format.json';
const GROUP_REQUESTS = 4_000;
const GROUP_BYTES = 4 * 1024 * 1024;

export interface StoreOptions {
  /** Called with sentences that an operator should read. */
  warn?: (text: string) => void;
  /** The wall clock, milliseconds since 1970. */
  now?: () => number;
}

/** Called after each group became durable, with the names of its streams. */
export type CommitListener = (streams: Iterable<string>) => void;

/** The event store on one folder: log, index, and the only writer, which makes groups of requests durable in order. */
export class Store {
  readonly stored: StoredEvents;
  private readonly queue: WriteRequest[] = [];
  private readonly scratch = new Scratch();
  private readonly listeners = new Set<CommitListener>();
  private writing = false;
  private scheduled = false;
  private idle: (() => void)[] = [];
  private closed = false;
  /** Set when the disk failed in a way that leaves the end of the log unknown. */
  private failure: Error | undefined;
  /** Resolves after such a failure: the process should end and start again. */
  readonly failed: Promise<Error>;
  private fail!: (error: Error) => void;

  private constructor(
    readonly dataDir: string,
    private readonly lock: FolderLock,
    readonly log: ChunkLog,
    readonly index: StreamIndex,
    readonly now: () => number,
    private readonly warn: (text: string) => void,
  ) {
    this.stored = new StoredEvents(index, log);
    this.failed = new Promise((resolve) => (this.fail = resolve));
  }

  /**
   * Opens the store in `dataDir`, or creates it.
   * @throws EventLogError when that is impossible; nothing is harmed then.
   */
  static async open(dataDir: string, options: StoreOptions = {}): Promise<Store> {
    try {
      return await Store.openOrFail(dataDir, options);
    } catch (error) {
      throw openFailure(dataDir, error);
    }
  }

  private static async openOrFail(dataDir: string, options: StoreOptions): Promise<Store> {
    const { warn = () => undefined, now = Date.now } = options;
    const noted = await openFolder(dataDir);
    const lock = await FolderLock.take(dataDir);
    let index: StreamIndex | undefined;
    let log: ChunkLog | undefined;
    try {
      // The note comes before anything of this format: from here on an older program has to refuse the folder.
      if (noted !== FORMAT_VERSION) await noteFormat(dataDir);
      index = StreamIndex.open(join(dataDir, 'index'), warn);
      log = await ChunkLog.open(join(dataDir, 'log'), index.state.indexedTo, warn);
      await catchUpIndex(log, index);
      return new Store(dataDir, lock, log, index, now, warn);
    } catch (error) {
      await log?.close();
      await index?.close();
      await lock.release();
      throw error;
    }
  }

  /** Bytes of requests that wait to be written. */
  get waiting(): number {
    return this.queuedBytes;
  }
  private queuedBytes = 0;

  write(request: WriteRequest): void {
    if (this.closed || this.failure) {
      request.done({ kind: 'failed', message: this.failure?.message ?? 'The event log is stopping.' });
      return;
    }
    this.queue.push(request);
    this.queuedBytes += request.kind === 'append' ? request.bytes : 0;
    if (this.writing || this.scheduled) return;
    this.scheduled = true;
    // Requests that arrive in the same turn of the event loop share the write.
    setImmediate(() => {
      this.scheduled = false;
      void this.run();
    });
  }

  /** Whether a stream has a tombstone. Its metadata stream then counts as tombstoned too. */
  isTombstoned(name: string): boolean {
    if (this.index.head(name)?.tombstoned) return true;
    return isMetastream(name) && this.index.head(ownerOf(name))?.tombstoned === true;
  }

  onCommit(listener: CommitListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async run(): Promise<void> {
    if (this.writing) return;
    this.writing = true;
    try {
      while (this.queue.length > 0) await this.writeGroup();
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.refuseQueue(this.failure.message);
      this.fail(this.failure);
    } finally {
      this.writing = false;
      for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  private async writeGroup(): Promise<void> {
    const group = new Group(this.index, this.stored, this.log.end, this.log.room, this.now(), this.scratch);
    const answers: [WriteRequest, Outcome][] = [];
    let full = false;
    for (const request of this.queue) {
      if (answers.length >= GROUP_REQUESTS || group.length >= GROUP_BYTES) break;
      const outcome = decided(group, request);
      full = outcome === undefined;
      if (outcome === undefined) break;
      answers.push([request, outcome]);
    }
    this.queue.splice(0, answers.length);
    const failure = await this.unlessFull(() => this.makeDurable(group));
    for (const [request, outcome] of answers) {
      if (request.kind === 'append') this.queuedBytes -= request.bytes;
      request.done(failure && outcome.kind === 'done' ? { kind: 'failed', message: failure } : outcome);
    }
    if (!full) return;
    const stuck = failure ?? (await this.unlessFull(() => this.log.roll()));
    if (stuck) this.refuseQueue(stuck);
  }

  private async makeDurable(group: Group): Promise<void> {
    if (this.index.isLagging) await this.index.flush(this.log.end);
    if (group.length === 0) return;
    const { bytes, head } = group.toBuffer(this.log.chain);
    await this.log.append(bytes, head);
    group.publish();
    for (const listener of this.listeners) listener(group.heads.keys());
    if (this.index.isFull) this.flushSoon();
  }

  /** Answers undefined when the work was done, or the message for the callers when the disk is full. */
  private async unlessFull(work: () => Promise<void>): Promise<string | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      const full = error instanceof DiskFullError ? error : new DiskFullError(this.dataDir);
      this.warn(full.message);
      return full.message;
    }
  }

  /** Writes to LMDB in the background. What fails now is written with the next flush. */
  private flushSoon(): void {
    this.index.flush(this.log.end).catch((error: unknown) => {
      this.warn(`The index could not be written, and will be retried: ${String(error)}`);
    });
  }

  private refuseQueue(message: string): void {
    for (const request of this.queue.splice(0)) request.done({ kind: 'failed', message });
    this.queuedBytes = 0;
  }

  /** Resolves when no write is running. */
  private async quiet(): Promise<void> {
    while (this.writing || this.scheduled) {
      if (this.writing) await new Promise<void>((resolve) => this.idle.push(resolve));
      else await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Runs `work` while nothing is written. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (this.writing || this.scheduled) await this.quiet();
    this.writing = true;
    try {
      return await work();
    } finally {
      this.writing = false;
      for (const resolve of this.idle.splice(0)) resolve();
      if (this.queue.length > 0) void this.run();
    }
  }

  /** Finishes pending writes, refuses later ones, and releases the folder. */
  async close(): Promise<void> {
    if (this.closed) return;
    await this.quiet();
    this.closed = true;
    try {
      if (!this.failure) await this.index.flush(this.log.end);
    } catch (error) {
      this.warn(`The index could not be written; the next start reads the log again: ${String(error)}`);
    }
    await this.index.close();
    await this.log.close();
    await this.lock.release();
  }
}

/** Decides a request. A request that has to read damaged bytes fails alone. */
function decided(group: Group, request: WriteRequest): Outcome | undefined {
  try {
    return group.add(request);
  } catch (error) {
    if (!(error instanceof DamagedLog)) throw error;
    return { kind: 'damaged', message: error.message };
  }
}

/**
 * Creates the folders and reads the note of their format.
 * @returns the format in the note; undefined when there is no note.
 * @throws EventLogError when the folder cannot be used.
 */
async function openFolder(dataDir: string): Promise<number | undefined> {
  try {
    await mkdir(join(dataDir, 'log'), { recursive: true, mode: 0o700 });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const path = join(dataDir, FORMAT_NOTE);
    const note = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    // An empty note was left by a crash of the machine while it was written; it counts as none.
    if (!note) return undefined;
    const format = formatIn(note);
    if (format === undefined) {
      throw new EventLogError(
        'damaged',
        `${path} is not the note of an event log's format.`,
        'Restore it, or use another --data.',
      );
    }
    if (format > FORMAT_VERSION) throw newer(path, format);
    return format;
  } catch (error) {
    if (error instanceof EventLogError || isDiskFull(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EventLogError(
      'folder-unusable',
      `The data folder ${dataDir} cannot be used: ${reason}.`,
      'Name a folder that you may write to with --data.',
    );
  }
}

/** Replaces the note as a whole, so that a crash of the machine never leaves half of one. */
async function noteFormat(dataDir: string): Promise<void> {
  const path = join(dataDir, FORMAT_NOTE);
  const draft = `${path}.new`;
  const text = `${JSON.stringify({ store: 'truyvet-event-log', format: FORMAT_VERSION })}\n`;
  await writeFile(draft, text, { mode: 0o600, flush: true });
  await rename(draft, path);
  syncFolder(dataDir);
}

function formatIn(text: string): number | undefined {
  try {
    const note: unknown = JSON.parse(text);
    if (typeof note !== 'object' || note === null || !('format' in note)) return undefined;
    return typeof note.format === 'number' ? note.format : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
