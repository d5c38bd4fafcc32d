import { EventEmitter } from 'node:events';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const LOOK_EVERY = 20;

/** Reports when a process has just written certain words to its log, whichever process it is. */
export class LoggedMoments {
  /** Emits the name of the words. */
  readonly moments = new EventEmitter();
  readonly #looking: NodeJS.Timeout;
  #read = 0;
  #left = '';

  /** @param words by the name to emit. */
  constructor(
    private readonly file: string,
    private readonly words: Readonly<Record<string, string>>,
  ) {
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY);
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    if (!existsSync(this.file)) return;
    const file = openSync(this.file, 'r');
    try {
      const buffer = Buffer.alloc(65_536);
      const bytes = readSync(file, buffer, 0, buffer.length, this.#read);
      this.#read += bytes;
      const lines = (this.#left + buffer.toString('utf8', 0, bytes)).split('\n');
      this.#left = lines.pop() ?? '';
      for (const line of lines) {
        for (const [name, words] of Object.entries(this.words)) if (line.includes(words)) this.moments.emit(name);
      }
    } finally {
      closeSync(file);
    }
  }
}
