import { lstat, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { UserError } from '../kernel/errors.js';
import { REJECT_COLUMNS } from './sources.js';

const LINES_HELD = 1000;
/** How many bytes of a file are read to see whether it is a file of refused rows. */
const LOOKED_AT = 256 * 1024;

/** What exists at the path for refused rows. */
type There = 'nothing' | 'ours' | 'device';

/**
 * A file of refused rows, created with the first of them; mode 0600, since rows may contain names and phones. It only
 * replaces or removes files of refused rows of an earlier run.
 */
export class RejectsFile {
  #file: FileHandle | undefined;
  #there: There = 'nothing';
  #held: string[] = [];
  count = 0;

  private constructor(
    readonly path: string | undefined,
    private readonly header: () => string | undefined,
  ) {}

  /**
   * @param path when undefined, rows are only counted.
   * @throws UserError when another file exists there.
   */
  static async at(path: string | undefined, header: () => string | undefined): Promise<RejectsFile> {
    const file = new RejectsFile(path, header);
    if (path !== undefined) file.#there = await whatIsAt(path);
    return file;
  }

  add(line: string): void {
    this.count++;
    if (this.path !== undefined) this.#held.push(line);
  }

  /** Whether the waiting lines should be written before more are added. */
  get full(): boolean {
    return this.#held.length >= LINES_HELD;
  }

  async flush(): Promise<void> {
    if (this.path === undefined || this.#held.length === 0) return;
    const lines = this.#held;
    this.#held = [];
    if (this.#file === undefined) {
      this.#file = await this.#make(this.path);
      const header = this.header();
      if (header !== undefined) lines.unshift(header);
    }
    await this.#file.write(lines.join('\n') + '\n');
  }

  /** Writes the waiting lines. With `clean` and no refused row, removes the file of an earlier run. */
  async finish({ clean }: { clean: boolean }): Promise<void> {
    await this.flush();
    await this.#file?.close();
    if (!clean || this.count > 0 || this.path === undefined || this.#there !== 'ours') return;
    if ((await whatIsAt(this.path)) === 'ours') await rm(this.path, { force: true });
  }

  /** Creates a new file, because an existing file that others can read would keep its mode. */
  async #make(path: string): Promise<FileHandle> {
    if (this.#there === 'device') return open(path, 'w');
    // It may have been created meanwhile.
    if ((await whatIsAt(path)) === 'ours') await rm(path, { force: true });
    return open(path, 'wx', 0o600);
  }
}

/** @throws UserError when the path is neither a file of refused rows nor a device. */
async function whatIsAt(path: string): Promise<There> {
  const found = await lstat(path).catch(notThere);
  if (!found) return 'nothing';
  const target = found.isSymbolicLink() ? await stat(path).catch(notThere) : found;
  // A device, such as /dev/null or /dev/stdout, is written to but never removed.
  if (target?.isCharacterDevice() || target?.isFIFO()) return 'device';
  if (found.isFile() && (found.size === 0 || (await isOfRejects(path)))) return 'ours';
  throw new UserError(
    `${path} already exists, and is not a file of refused rows.`,
    'Move it away, or name another path with --rejects.',
  );
}

/** Whether the first line is a header with our columns at its end, or an object with those fields. */
async function isOfRejects(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    const first = buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '';
    if (first.trimEnd().endsWith(REJECT_COLUMNS.join(','))) return true;
    const read = JSON.parse(first) as unknown;
    return typeof read === 'object' && read !== null && REJECT_COLUMNS.every((name) => Object.hasOwn(read, name));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  } finally {
    await file.close();
  }
}

function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
