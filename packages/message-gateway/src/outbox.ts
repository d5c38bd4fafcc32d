import { open, type RootDatabase } from 'lmdb';
import {
  closeSync,
  fchmodSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OurFault, type Message, type Receipt, type SmsProvider } from './provider.js';

const LENGTH = 'length';
const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

interface Waiting {
  message: Message;
  resolve: (receipt: Receipt) => void;
  reject: (error: unknown) => void;
}

/**
 * A file instead of a network: one line of JSON a message, `{"to","text","alertId","at"}`, for whoever sends them on.
 *
 * Beside it stands an index of the ids in it. Its write lock is exclusive among all processes and dies with its
 * holder, and everything happens under it: look the id up, append the line, flush the file, note the id. A process
 * killed in between leaves lines that are not noted yet, or half a line; whoever takes the lock next notes the former
 * and cuts off the latter, so the file is the truth and the index can be made from it again.
 */
export class Outbox implements SmsProvider {
  readonly name = 'outbox';
  readonly knows = { repeats: true, fates: true };
  readonly #path: string;
  #file: number;
  readonly #index: RootDatabase<number, string>;
  #waiting: Waiting[] = [];

  /**
   * @param dataDir where `outbox.ndjson` and its index stand; made when there is none.
   * @param now milliseconds since 1970, by which a line says when it was written.
   */
  constructor(
    dataDir: string,
    private readonly now: () => number = Date.now,
  ) {
    mkdirSync(dataDir, { recursive: true });
    this.#path = join(dataDir, 'outbox.ndjson');
    this.#file = openPrivately(this.#path);
    this.#index = open<number, string>({ path: join(dataDir, 'outbox-index'), encoding: 'msgpack', maxReaders: 512 });
  }

  send(message: Message): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ message, resolve, reject });
    });
  }

  async wasSent(id: string): Promise<Receipt | undefined> {
    this.#index.resetReadTxn();
    // Lines beyond the index are of somebody who is writing now or was killed: under the lock it is certain.
    if (fstatSync(this.#file).size !== this.#index.get(LENGTH)) this.#index.transactionSync(() => this.#recover());
    return receipt(this.#index.get(`id/${id}`));
  }

  async close(): Promise<void> {
    await this.#index.close();
    closeSync(this.#file);
  }

  /** Writes all that waits in one go: they share the flush. */
  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const receipts = this.#index.transactionSync(() => this.#append(batch.map(({ message }) => message)));
      batch.forEach(({ resolve }, i) => resolve(receipts[i] as Receipt));
    } catch (error) {
      const fault = new OurFault(`outbox.ndjson cannot be written: ${(error as Error).message}`, { cause: error });
      for (const { reject } of batch) reject(fault);
    }
  }

  /** Under the lock. */
  #append(messages: readonly Message[]): Receipt[] {
    const start = this.#recover();
    const places = new Map<string, number>();
    const lines: Buffer[] = [];
    let end = start;
    const receipts = messages.map(({ id, to, text }) => {
      const known = this.#index.get(`id/${id}`) ?? places.get(id);
      if (known !== undefined) return { reference: reference(known) };
      const line = Buffer.from(
        JSON.stringify({ to, text, alertId: id, at: new Date(this.now()).toISOString() }) + '\n',
      );
      const place = end;
      places.set(id, place);
      lines.push(line);
      end += line.length;
      return { reference: reference(place) };
    });
    if (lines.length === 0) return receipts;
    try {
      const bytes = Buffer.concat(lines);
      for (let written = 0; written < bytes.length;) written += writeSync(this.#file, bytes, written);
      fdatasyncSync(this.#file);
    } catch (error) {
      ftruncateSync(this.#file, start);
      throw error;
    }
    for (const [id, place] of places) this.#index.putSync(`id/${id}`, place);
    this.#index.putSync(LENGTH, end);
    return receipts;
  }

  /** Under the lock: makes file and index agree. @returns the file's length. */
  #recover(): number {
    // Whoever took the file away meanwhile gets a new one, instead of messages going nowhere.
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino !== fstatSync(this.#file).ino) {
      const gone = this.#file;
      this.#file = openPrivately(this.#path);
      closeSync(gone);
    }
    const size = fstatSync(this.#file).size;
    const noted = this.#index.get(LENGTH) ?? 0;
    if (size === noted) return size;
    // A shorter file was emptied by its reader: what had stood in it was sent all the same.
    let good = Math.min(size, noted);
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    for (let at = good; at < size;) {
      const chunk = Buffer.alloc(Math.min(CHUNK, size - at));
      const read = readSync(this.#file, chunk, 0, chunk.length, at);
      if (read === 0) break;
      at += read;
      rest = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
        const id = idOfLine(rest.toString('utf8', 0, end));
        if (id !== undefined) this.#index.putSync(`id/${id}`, good);
        good += end + 1;
        rest = rest.subarray(end + 1);
      }
    }
    if (good < size) ftruncateSync(this.#file, good);
    // What a killed process wrote may not be on the disk yet.
    fdatasyncSync(this.#file);
    this.#index.putSync(LENGTH, good);
    return good;
  }
}

function openPrivately(path: string): number {
  const file = openSync(path, 'a+', 0o600);
  fchmodSync(file, 0o600);
  return file;
}

function idOfLine(line: string): string | undefined {
  try {
    const { alertId } = JSON.parse(line) as { alertId?: unknown };
    return typeof alertId === 'string' ? alertId : undefined;
  } catch {
    // Not a line of ours: somebody edited the file. It tells of no message.
    return undefined;
  }
}

function receipt(place: number | undefined): Receipt | undefined {
  return place === undefined ? undefined : { reference: reference(place) };
}

/** Where the line begins, in bytes. */
function reference(place: number): string {
  return `outbox.ndjson@${place}`;
}
