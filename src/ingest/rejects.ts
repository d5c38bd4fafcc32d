import { open, rm, type FileHandle } from 'node:fs/promises';

const LINES_HELD = 1000;

/** Refused rows in a file, made with the first of them; mode 0600, since they may hold names and phones. */
export class RejectsFile {
  #file: FileHandle | undefined;
  #held: string[] = [];
  count = 0;

  /** @param path undefined keeps no file, only the count. */
  constructor(
    readonly path: string | undefined,
    private readonly header: () => string | undefined,
  ) {}

  add(line: string): void {
    this.count++;
    if (this.path !== undefined) this.#held.push(line);
  }

  /** Whether so many lines wait that they should be written before more are added. */
  get full(): boolean {
    return this.#held.length >= LINES_HELD;
  }

  async flush(): Promise<void> {
    if (this.path === undefined || this.#held.length === 0) return;
    const lines = this.#held;
    this.#held = [];
    if (this.#file === undefined) {
      // A file that others could read keeps its mode when it is written again: a new one has ours.
      await rm(this.path, { force: true });
      this.#file = await open(this.path, 'w', 0o600);
      const header = this.header();
      if (header !== undefined) lines.unshift(header);
    }
    await this.#file.write(lines.join('\n') + '\n');
  }

  /** Writes what is left; with `clean` and nothing refused, removes what an earlier run left. */
  async finish({ clean }: { clean: boolean }): Promise<void> {
    await this.flush();
    await this.#file?.close();
    if (clean && this.count === 0 && this.path !== undefined) await rm(this.path, { force: true });
  }
}
