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
 * Writes messages to a file instead of a network: one line of JSON per message, `{"to","text","alertId","at"}`, for
 * another program to send.
 *
 * An index beside it holds the ids in the file. The index's write lock is exclusive among all processes and is
 * released when its holder dies, and everything happens under it: look up the id, append the line, flush the file,
 * note the id. A process killed in between leaves lines without a note, or half a line. The next holder of the lock
 * notes the whole lines and cuts off the half one. So the file is authoritative, and the index can be rebuilt from
 * it.
 */
export class Outbox implements SmsProvider {
  readonly name = 'outbox';
  readonly knows = { repeats: true, fates: true };
  readonly #path: string;
  #file: number;
  readonly #index: RootDatabase<number, string>;
  #waiting: Waiting[] = [];

  /**
   * @param dataDir folder of `outbox.ndjson` and its index; created when it is missing.
   * @param now milliseconds since 1970, for the time in each line.
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
    // Lines that the index does not cover are from a process that is writing now or was killed. Under the lock this
    // is settled.
    if (fstatSync(this.#file).size !== this.#index.get(LENGTH)) this.#index.transactionSync(() => this.#recover());
    return receipt(this.#index.get(`id/${id}`));
  }

  async close(): Promise<void> {
    await this.#index.close();
    closeSync(this.#file);
  }

  /** Writes all waiting messages at once, so that they share the flush. */
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

  /** To be called under the lock. */
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

  /** To be called under the lock. Makes file and index agree. @returns the file's length. */
  #recover(): number {
    // Somebody took the file away. A new one is created, so that no message goes into the removed file.
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino !== fstatSync(this.#file).ino) {
      const gone = this.#file;
      this.#file = openPrivately(this.#path);
      closeSync(gone);
    }
    const size = fstatSync(this.#file).size;
    const noted = this.#index.get(LENGTH) ?? 0;
    if (size === noted) return size;
    // A shorter file was emptied by its reader. Its former messages still count as sent.
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
    // The lines of a killed process may not be on the disk yet.
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
    // Somebody edited the file, and this line is no message.
    return undefined;
  }
}

function receipt(place: number | undefined): Receipt | undefined {
  return place === undefined ? undefined : { reference: reference(place) };
}

/** The byte offset where the line begins. */
function reference(place: number): string {
  return `outbox.ndjson@${place}`;
}
