import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Cuts a transaction off that the journal of a Redis does not end, as a power cut may leave it.
 *
 * Where such a journal ends within a command, Redis starts and cuts that command off, but leaves the open transaction and
 * writes on behind it: all that it acknowledges from then on is gone with its next start, which takes the transaction back
 * and everything after it. So this runs before Redis does.
 * @param dir where Redis keeps its journal; nothing is done where there is none, or one that is not of commands alone.
 */
export async function mendJournal(dir: string, say: (line: string) => void): Promise<void> {
  try {
    await mend(dir, say);
  } catch (error) {
    // Redis itself says what it cannot read.
    say(`Redis: its journal could not be looked through: ${(error as Error).message}`);
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

/** The file that Redis writes to: the last one of its manifest, or the only one of versions before 7. */
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

/** Where the transaction begins that the file does not end; undefined when there is none. */
async function openTransaction(file: FileHandle): Promise<number | undefined> {
  const commands = new Commands();
  const buffer = Buffer.allocUnsafe(READ_AT_ONCE);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) return commands.openSince;
    if (!commands.pass(buffer.subarray(0, bytesRead))) return undefined;
  }
}

/** A longer line is none of a journal. */
const LONGEST_LINE = 1024;
const LINE_END = 10;

/** Goes through a journal piece by piece, wherever the pieces are cut. */
export class Commands {
  /** Where the transaction begins that was not ended yet. */
  openSince: number | undefined;
  /** Bytes that were passed. */
  private at = 0;
  private commandAt = 0;
  private line = '';
  /** Arguments that the command still has, how many it has in all, and bytes of the one that is being passed. */
  private left = 0;
  private all = 0;
  private bytes = 0;
  private name = '';

  /** @returns false when this is not the journal of commands that it should be. */
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

  /** Takes the line that says how many arguments come, or how long the next one is. */
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
