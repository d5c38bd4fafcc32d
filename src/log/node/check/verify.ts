import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../../../domain/errors.js';
import {
  BLOCK_KIND,
  CHUNK_HEADER,
  CHUNK_SPAN,
  EVENT_KIND,
  FORMAT_VERSION,
  isSound,
  lengthAt,
  nextFrame,
  readBlock,
  readChunkHeader,
} from '../format/block.js';
import { chunkPath, newer } from '../store/chunk-files.js';
import { LARGEST_BLOCK } from '../store/chunk-log.js';
import { nameEvents, type NamedEvents } from './name-events.js';

/** Bytes of a chunk file that are not what was written. */
export interface Damage {
  path: string;
  chunk: number;
  /** Bytes from the start of the file. */
  offset: number;
  /** How many bytes, up to what is whole again. */
  length: number;
  what: string;
  /** The events that stood there, as far as the index or their own header still says. */
  events: NamedEvents[];
}

export interface Verdict {
  chunks: number;
  /** Bytes looked at. */
  bytes: number;
  events: number;
  damages: Damage[];
  /** Bytes at the very end of a write that is under way, or was never finished: nothing of it was acknowledged. */
  unfinished: number;
}

/** Told of each chunk that was looked at. */
export type Progress = (done: { chunk: number; of: number; damages: number }) => void;

/**
 * Reads all files of a log and looks whether they hold what was written. It takes no lock and writes nothing, so it
 * works beside a running node: files only grow at their end, and a rewritten one takes the place of another whole.
 *
 * @param dataDir the folder given to the node.
 * @throws UserError when there is no log in the folder, or a newer Truyvet wrote it.
 */
export async function verifyLog(dataDir: string, progress: Progress = () => undefined): Promise<Verdict> {
  const dir = join(dataDir, 'log');
  const chunks = await chunksIn(dir);
  const verdict: Verdict = { chunks: chunks.length, bytes: 0, events: 0, damages: [], unfinished: 0 };
  let previous = 0;
  for (let chunk = 0; chunk < (chunks.at(-1) ?? -1) + 1; chunk++) {
    const path = chunkPath(dir, chunk);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (bytes === undefined) {
      verdict.damages.push({ path, chunk, offset: 0, length: 0, what: 'the file is missing', events: [] });
      continue;
    }
    new ChunkCheck(dir, chunk, chunk === chunks.at(-1), bytes, previous, verdict).run();
    previous = bytes.length;
    verdict.bytes += bytes.length;
    progress({ chunk: chunk + 1, of: chunks.length, damages: verdict.damages.length });
  }
  if (verdict.damages.length > 0) nameEvents(dataDir, verdict.damages);
  return verdict;
}

/** Numbers of the chunk files, in order. */
async function chunksIn(dir: string): Promise<number[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  const numbers = names.map((name) => /^(\d{8})\.chunk$/.exec(name)?.[1]).filter((digits) => digits !== undefined);
  if (numbers.length === 0) {
    throw new UserError(`There is no event log in ${dir}.`, 'Name the folder that the log was given, with --data.');
  }
  return numbers.map(Number).sort((a, b) => a - b);
}

class ChunkCheck {
  constructor(
    private readonly dir: string,
    private readonly chunk: number,
    private readonly isLast: boolean,
    private readonly bytes: Buffer,
    private readonly previousLength: number,
    private readonly verdict: Verdict,
  ) {}

  run(): void {
    const { bytes } = this;
    if (!this.header()) return;
    for (let at = CHUNK_HEADER; at < bytes.length;) {
      const length = this.soundLength(at);
      if (length !== undefined) {
        this.count(at);
        at += length;
        continue;
      }
      const next = this.nextWhole(at);
      if (next === undefined && this.isLast) {
        this.verdict.unfinished = bytes.length - at;
        return;
      }
      const end = next ?? bytes.length;
      this.report(
        at,
        end,
        lengthAt(bytes, at) === end - at ? 'its content was changed' : 'what stands there is no event',
      );
      at = end;
    }
  }

  private header(): boolean {
    const said = readChunkHeader(this.bytes);
    const path = chunkPath(this.dir, this.chunk);
    if (said === undefined) {
      if (this.isLast && this.bytes.length <= CHUNK_HEADER) this.verdict.unfinished = this.bytes.length;
      else this.report(0, CHUNK_HEADER, 'it does not begin as a chunk of this log does');
      return this.bytes.length > CHUNK_HEADER;
    }
    if (said.version > FORMAT_VERSION) throw newer(path, said.version);
    if (said.chunk !== this.chunk) this.report(0, CHUNK_HEADER, `its content is that of chunk ${said.chunk}`);
    if (said.previousLength !== this.previousLength && this.chunk > 0) {
      const before = chunkPath(this.dir, this.chunk - 1);
      const what = `${basename(before)} is ${this.previousLength} bytes long and was ${said.previousLength}`;
      this.report(0, CHUNK_HEADER, what);
    }
    return true;
  }

  /** Length of the entry at `at` when it is what was written. */
  private soundLength(at: number): number | undefined {
    const { bytes } = this;
    const length = lengthAt(bytes, at);
    if (length === undefined || at + length > bytes.length) return undefined;
    return isSound(bytes, at, this.chunk * CHUNK_SPAN + at) ? length : undefined;
  }

  private count(at: number): void {
    const block = readBlock(this.bytes, at);
    if (block === undefined) return;
    for (let frame = block.body; frame < block.end; frame = nextFrame(this.bytes, frame)) {
      if (this.bytes[frame] === EVENT_KIND) this.verdict.events++;
    }
  }

  /** Where the next whole block begins that was written after what is broken at `broken`. */
  private nextWhole(broken: number): number | undefined {
    const { bytes } = this;
    for (let at = bytes.indexOf(BLOCK_KIND, broken + 1); at !== -1; at = bytes.indexOf(BLOCK_KIND, at + 1)) {
      const length = lengthAt(bytes, at);
      if (length === undefined || length > LARGEST_BLOCK || this.soundLength(at) === undefined) continue;
      const block = readBlock(bytes, at)!;
      // A block of the group that was being written says nothing of whether the group was finished.
      if (!this.isLast || at - block.groupOffset > broken) return at;
    }
    return undefined;
  }

  private report(offset: number, end: number, what: string): void {
    const { chunk, bytes } = this;
    const said = readBlock(bytes.subarray(0, end), offset);
    const events: NamedEvents[] = [];
    if (said !== undefined) {
      const stream = bytes.toString('utf8', said.nameStart, said.body);
      events.push({ stream, from: said.firstRevision, to: said.firstRevision + said.count - 1, sure: false });
    }
    const path = chunkPath(this.dir, chunk);
    this.verdict.damages.push({ path, chunk, offset, length: end - offset, what, events });
  }
}
