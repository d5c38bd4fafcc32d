import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The form of the records of a spill: so many unsigned 32-bit numbers, and what tells records apart that belong together. */
export interface Layout {
  words: number;
  /** An unsigned 32-bit number, the same for all records that must stay together. The lower bits count first. */
  hash(words: Uint32Array, at: number): number;
}

const PART_BITS = 6;
const PARTS = 2 ** PART_BITS;
/** A part can be divided so many times, by further bits of the hash. */
const LEVELS = 5;
/** Records of a part that stay in memory before they are written to its file. */
const BUFFERED = 1024;

/** Some of the records of a spill, and the file that holds the earlier ones of them. */
interface Part {
  count: number;
  buffer: Uint32Array;
  /** How much of the buffer is in use, in words. */
  used: number;
  /** The length of the file in bytes. */
  written: number;
  file: FileHandle | undefined;
  /** The last write to the file. */
  writing: Promise<void>;
}

/**
 * Records that are too many for memory, in temporary files. They are added in some order and read part by part, each
 * part in that order. The files have no names once they are open, so that a process that is killed leaves none behind.
 */
export class Spill {
  #parts: Part[];
  #count = 0;
  #failure: unknown;
  #unsettled = false;

  /** @param level how many times what is added was divided before. */
  constructor(
    private readonly layout: Layout,
    private readonly level = 0,
  ) {
    this.#parts = Array.from({ length: PARTS }, () => ({
      ...{ count: 0, buffer: new Uint32Array(0), used: 0, written: 0, file: undefined, writing: Promise.resolve() },
    }));
  }

  /** The number of records that were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds a record, which is copied. Whoever adds many has to `settle` now and then. */
  add(record: Uint32Array): void {
    const { words, hash } = this.layout;
    const part = this.#parts[(hash(record, 0) >>> (PART_BITS * this.level)) % PARTS] as Part;
    if (part.used === part.buffer.length) this.#makeRoom(part, words);
    part.buffer.set(record, part.used);
    part.used += words;
    part.count++;
    this.#count++;
  }

  /** Waits until the files have what does not stay in memory. @throws Error of a write to a file. */
  async settle(): Promise<void> {
    if (!this.#unsettled) return;
    this.#unsettled = false;
    await Promise.all(this.#parts.map(({ writing }) => writing));
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Reads the first part without removing it, some records at a time. */
  async *first(): AsyncGenerator<Uint32Array> {
    await this.settle();
    const [part] = this.#parts as [Part];
    const size = BUFFERED * this.layout.words * 4;
    for (let at = 0; at < part.written; at += size) yield wordsFrom(part, at, Math.min(size, part.written - at));
    if (part.used > 0) yield part.buffer.subarray(0, part.used);
  }

  /**
   * Reads and removes all records in portions of at most so many, each whole: all records with one hash are in the same
   * portion, in the order in which they were added. Only records with one hash can be more.
   */
  async *portions(most: number): AsyncGenerator<Uint32Array> {
    await this.settle();
    for (const part of this.#parts) {
      if (part.count === 0) continue;
      if (part.count <= most || this.level + 1 === LEVELS) {
        const whole = new Uint32Array(part.count * this.layout.words);
        if (part.written > 0) whole.set(await wordsFrom(part, 0, part.written));
        whole.set(part.buffer.subarray(0, part.used), part.written / 4);
        await release(part);
        yield whole;
        continue;
      }
      const divided = new Spill(this.layout, this.level + 1);
      try {
        await divided.#take(part);
        await release(part);
        yield* divided.portions(most);
      } finally {
        await divided.close();
      }
    }
  }

  /** Removes all files. */
  async close(): Promise<void> {
    for (const part of this.#parts) await release(part);
  }

  async #take(part: Part): Promise<void> {
    const { words } = this.layout;
    const size = BUFFERED * words * 4;
    const addAll = (records: Uint32Array) => {
      for (let at = 0; at < records.length; at += words) this.add(records.subarray(at, at + words));
    };
    for (let at = 0; at < part.written; at += size) {
      addAll(await wordsFrom(part, at, Math.min(size, part.written - at)));
      await this.settle();
    }
    addAll(part.buffer.subarray(0, part.used));
  }

  /** Grows the buffer of a part, or hands it to the file. */
  #makeRoom(part: Part, words: number): void {
    const most = BUFFERED * words;
    if (part.buffer.length < most) {
      const larger = new Uint32Array(Math.min(most, Math.max(16 * words, part.buffer.length * 4)));
      larger.set(part.buffer);
      part.buffer = larger;
      return;
    }
    const full = part.buffer;
    const at = part.written;
    part.written += full.byteLength;
    part.buffer = new Uint32Array(most);
    part.used = 0;
    this.#unsettled = true;
    part.writing = part.writing
      .then(async () => {
        part.file ??= await openNameless();
        await writeAll(part.file, full, at);
      })
      .catch((error: unknown) => void (this.#failure ??= error));
  }
}

/** Opens a new file that is removed when it is closed, or its process ends. */
async function openNameless(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'truyvet-rebuild-'));
  try {
    return await open(join(folder, 'part'), 'wx+', 0o600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeAll(file: FileHandle, words: Uint32Array, at: number): Promise<void> {
  for (let done = 0; done < words.byteLength;) {
    const left = new Uint8Array(words.buffer, words.byteOffset + done, words.byteLength - done);
    const { bytesWritten } = await file.write(left, 0, left.length, at + done);
    done += bytesWritten;
  }
}

async function wordsFrom({ file }: Part, at: number, length: number): Promise<Uint32Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = await file?.read(bytes, done, length - done, at + done);
    if (!read || read.bytesRead === 0)
      throw new Error('a temporary file of a rebuild is shorter than what was written');
    done += read.bytesRead;
  }
  return new Uint32Array(bytes.buffer);
}

async function release(part: Part): Promise<void> {
  await part.writing;
  await part.file?.close();
  Object.assign(part, { count: 0, buffer: new Uint32Array(0), used: 0, written: 0, file: undefined });
}
