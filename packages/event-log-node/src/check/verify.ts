import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EventLogError } from '../event-log-error.js';
import {
  CHAINED,
  CHUNK_HEADER,
  CHUNK_SPAN,
  EVENT_KIND,
  FORMAT_VERSION,
  nextFrame,
  readBlock,
  readChunkHeader,
} from '../format/block.js';
import { blockDigest, readLink } from '../format/chain.js';
import { isSound, lengthAt } from '../format/entry.js';
import { readVoid } from '../format/void.js';
import { chunkPath, newer } from '../store/chunk-files.js';
import { laterGroupAfter } from '../store/whole-end.js';
import { ChainCheck, type KnownHead } from './chain-check.js';
import { nameEvents } from './name-events.js';
import type { NamedEvents, Verdict } from './verdict.js';

/** Called after each chunk. */
export type Progress = (done: { chunk: number; of: number; damages: number }) => void;

/**
 * Reads all files of a log and checks that they hold what was written. It takes no lock and writes nothing, so it
 * works beside a running node: files only grow at their end, and a rewritten file replaces the old one as a whole.
 *
 * @param dataDir the folder given to the node.
 * @param known links of the chain that others recorded.
 * @throws EventLogError when there is no log in the folder, or a newer Truyvet wrote it.
 */
export async function verifyLog(
  dataDir: string,
  progress: Progress = () => undefined,
  known: readonly KnownHead[] = [],
): Promise<Verdict> {
  const dir = join(dataDir, 'log');
  const chunks = await chunksIn(dir);
  const nothing = { bytes: 0, events: 0, unfinished: 0, head: undefined };
  const verdict: Verdict = { ...nothing, chunks: chunks.length, damages: [], standings: [] };
  const chain = new ChainCheck(known);
  let previous = 0;
  for (let chunk = 0; chunk < (chunks.at(-1) ?? -1) + 1; chunk++) {
    const path = chunkPath(dir, chunk);
    const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (bytes === undefined) {
      verdict.damages.push({ path, chunk, offset: 0, length: 0, what: 'the file is missing', events: [] });
      chain.lost();
      continue;
    }
    new ChunkCheck(dir, chunk, chunk === chunks.at(-1), bytes, previous, verdict, chain).run();
    previous = bytes.length;
    verdict.bytes += bytes.length;
    progress({ chunk: chunk + 1, of: chunks.length, damages: verdict.damages.length });
  }
  verdict.head = chain.head;
  verdict.standings = chain.standings();
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
    throw new EventLogError('no-log', `There is no event log in ${dir}.`, 'Give the folder of the log with --data.');
  }
  return numbers.map(Number).sort((a, b) => a - b);
}

const REWRITTEN = 'its checksums are right, but the chain shows that something else was written there';
const NOT_GOING_ON = 'the chain does not continue from the file before it';

class ChunkCheck {
  /** Where the group that is being read began. */
  private group = CHUNK_HEADER;

  constructor(
    private readonly dir: string,
    private readonly chunk: number,
    private readonly isLast: boolean,
    private readonly bytes: Buffer,
    private readonly previousLength: number,
    private readonly verdict: Verdict,
    private readonly chain: ChainCheck,
  ) {}

  run(): void {
    const { bytes } = this;
    if (!this.header()) return;
    for (let at = CHUNK_HEADER; at < bytes.length;) {
      const length = this.soundLength(at);
      if (length !== undefined) {
        this.take(at, length);
        at += length;
        continue;
      }
      const next = laterGroupAfter(bytes, at, this.chunk * CHUNK_SPAN, !this.isLast);
      if (next === undefined && this.isLast) {
        this.verdict.unfinished = bytes.length - at;
        return;
      }
      this.chain.lost();
      // A change inside an entry does not change the entry's length, so the next entry is still valid.
      const stated = lengthAt(bytes, at);
      const inside = stated !== undefined && this.isWhole(at + stated);
      const end = inside ? at + stated : (next ?? bytes.length);
      this.report(at, end, inside ? 'its content was changed' : 'there is no valid event');
      at = end;
    }
  }

  private header(): boolean {
    const header = readChunkHeader(this.bytes);
    const path = chunkPath(this.dir, this.chunk);
    if (header === undefined) {
      if (this.isLast && this.bytes.length <= CHUNK_HEADER) this.verdict.unfinished = this.bytes.length;
      else this.report(0, CHUNK_HEADER, 'it does not begin like a chunk of this log');
      return this.bytes.length > CHUNK_HEADER;
    }
    if (header.version > FORMAT_VERSION) throw newer(path, header.version);
    if (header.version < CHAINED) this.chain.reset();
    if (header.chunk !== this.chunk) this.report(0, CHUNK_HEADER, `its content is that of chunk ${header.chunk}`);
    if (header.previousLength !== this.previousLength && this.chunk > 0) {
      const before = chunkPath(this.dir, this.chunk - 1);
      const what = `${basename(before)} is ${this.previousLength} bytes long and was ${header.previousLength}`;
      this.report(0, CHUNK_HEADER, what);
    }
    return true;
  }

  /** Length of the entry at `at` when it is valid. */
  private soundLength(at: number): number | undefined {
    const { bytes } = this;
    const length = lengthAt(bytes, at);
    if (length === undefined || at + length > bytes.length) return undefined;
    return isSound(bytes, at, this.chunk * CHUNK_SPAN + at) ? length : undefined;
  }

  private isWhole(at: number): boolean {
    return at === this.bytes.length || this.soundLength(at) !== undefined;
  }

  private take(at: number, length: number): void {
    const { bytes, chain } = this;
    const position = this.chunk * CHUNK_SPAN + at;
    const block = readBlock(bytes, at);
    const link = readLink(bytes, at, position);
    const records = readVoid(bytes, at, position);
    if (block?.chained) chain.block(blockDigest(bytes, block));
    if (records !== undefined && !chain.erased(records)) this.report(at, at + length, REWRITTEN);
    if (link !== undefined && at === CHUNK_HEADER && !chain.begin(link)) this.report(at, at + length, NOT_GOING_ON);
    else if (link !== undefined && at > CHUNK_HEADER && !chain.end(link)) this.report(this.group, at, REWRITTEN);
    if (link !== undefined || records !== undefined) this.group = at + length;
    if (block === undefined) return;
    for (let frame = block.body; frame < block.end; frame = nextFrame(bytes, frame)) {
      if (bytes[frame] === EVENT_KIND) this.verdict.events++;
    }
  }

  private report(offset: number, end: number, what: string): void {
    const { chunk, bytes } = this;
    const block = readBlock(bytes.subarray(0, end), offset);
    const events: NamedEvents[] = [];
    if (block !== undefined) {
      const stream = bytes.toString('utf8', block.nameStart, block.body);
      events.push({ stream, from: block.firstRevision, to: block.firstRevision + block.count - 1, sure: false });
    }
    const path = chunkPath(this.dir, chunk);
    this.verdict.damages.push({ path, chunk, offset, length: end - offset, what, events });
  }
}
