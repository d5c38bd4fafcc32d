import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Cuts off an unfinished transaction at the end of a Redis journal, which a power cut may leave there.
 *
 * When such a journal ends within a command, Redis starts and cuts off that command, but keeps the open transaction
 * and writes after it. Everything that it acknowledges from then on is lost at its next start, which rolls back the
 * transaction and everything after it. So this has to run before Redis.
 * @param dir the folder of Redis' journal. Nothing happens without a journal, or with one that does not consist of
 * commands alone.
 */
export async function mendJournal(dir: string, say: (line: string) => void): Promise<void> {
  try {
    await mend(dir, say);
  } catch (error) {
    // Redis itself reports what it cannot read.
    say(`Redis: its journal could not be checked: ${(error as Error).message}`);
  }
}

async function mend(dir: string, say: (line: string) => void): Promise<void> {
  const path = await lastJournal(dir);
  const file = path === undefined ? undefined : await open(path, 'r+').catch(unlessMissing);
  if (!path || !file) return;
  try {
    const from = await openTransaction(file);
    if (from === undefined) return;
    const { size } = await file.stat();
    await file.truncate(from);
    await file.sync();
    say(`Redis: the last ${size - from} bytes of ${path} are of a transaction that never ended; they were cut off`);
  } finally {
    await file.close();
  }
}

/** The file that Redis appends to: the last one of its manifest, or the only one of versions before 7. */
async function lastJournal(dir: string): Promise<string | undefined> {
  const folder = join(dir, 'appendonlydir');
  const manifest = await readFile(join(folder, 'appendonly.aof.manifest'), 'utf8').catch(unlessMissing);
  if (manifest === undefined) return join(dir, 'appendonly.aof');
  const [, name] = [...manifest.matchAll(/^file (\S+) seq \d+ type i$/gm)].at(-1) ?? [];
  return name && join(folder, name);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

const READ_AT_ONCE = 1024 * 1024;

/** Where the unfinished transaction at the end of the file begins; undefined when there is none. */
async function openTransaction(file: FileHandle): Promise<number | undefined> {
  const commands = new Commands();
  const buffer = Buffer.allocUnsafe(READ_AT_ONCE);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return commands.openSince;
    if (!commands.pass(buffer.subarray(0, bytesRead))) return undefined;
  }
}

/** Bytes. No line of a journal is longer. */
const LONGEST_LINE = 1024;
const LINE_END = 10;

/** Parses a journal in pieces of any size. */
export class Commands {
  /** Start of the transaction that has not ended yet. */
  openSince: number | undefined;
  /** Bytes parsed so far. */
  private at = 0;
  private commandAt = 0;
  private line = '';
  /** Arguments that the command still has, how many it has in all, and remaining bytes of the current one. */
  private left = 0;
  private all = 0;
  private bytes = 0;
  private name = '';

  /** @returns false when this is not a journal of commands. */
  pass(piece: Buffer): boolean {
    for (let i = 0; i < piece.length;) {
      if (this.bytes > 0) {
        const taken = Math.min(this.bytes, piece.length - i);
        if (this.all === 1) this.name += piece.toString('latin1', i, i + Math.min(taken, LONGEST_LINE));
        this.bytes -= taken;
        this.at += taken;
        i += taken;
        if (this.bytes === 0 && --this.left === 0) this.end();
        continue;
      }
      const end = piece.indexOf(LINE_END, i);
      const stop = end === -1 ? piece.length : end + 1;
      if (stop - i + this.line.length > LONGEST_LINE) return false;
      if (this.left === 0 && this.line === '') this.commandAt = this.at;
      this.line += piece.toString('latin1', i, stop);
      this.at += stop - i;
      i = stop;
      if (end !== -1 && !this.head()) return false;
    }
    return true;
  }

  /** Parses the line with the number of arguments, or with the length of the next one. */
  private head(): boolean {
    const { line } = this;
    this.line = '';
    if (this.left === 0 && line.startsWith('#')) return true;
    const [, kind, number] = /^([*$])(\d+)\r\n$/.exec(line) ?? [];
    if (kind !== (this.left === 0 ? '*' : '$')) return false;
    if (kind === '$') this.bytes = Number(number) + 2;
    else {
      this.left = this.all = Number(number);
      this.name = '';
    }
    return true;
  }

  private end(): void {
    const name = this.name.trim().toUpperCase();
    if (this.all !== 1) return;
    if (name === 'MULTI') this.openSince ??= this.commandAt;
    else if (name === 'EXEC' || name === 'DISCARD') this.openSince = undefined;
  }
}
