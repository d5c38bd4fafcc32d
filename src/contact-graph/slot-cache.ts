import type { SlotContents } from './ports.js';

interface Entry {
  /** Bytes of the slot when it was read: a slot only grows, so the same length means the same contents. */
  length: number;
  contents: SlotContents;
}

/** Bytes of overhead per entry, in addition to its numbers. */
const OVERHEAD = 400;

/** Unpacked slots, cached between traces up to a size; the least recently used is evicted first. */
export class SlotCache {
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;
  #epoch = '';

  /** @param limit in bytes. */
  constructor(private readonly limit: number) {}

  /** Clears the cache if the epoch changed: numbers and keys are only valid within one epoch of the graph. */
  enter(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#entries.clear();
    this.#bytes = 0;
    this.#epoch = epoch;
  }

  get(key: number, length: number): SlotContents | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.length !== length) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.contents;
  }

  set(key: number, length: number, contents: SlotContents): void {
    const before = this.#entries.get(key);
    if (before) this.#bytes -= sizeOf(before);
    this.#entries.delete(key);
    const entry = { length, contents };
    this.#entries.set(key, entry);
    this.#bytes += sizeOf(entry);
    for (const [oldest, each] of this.#entries) {
      if (this.#bytes <= this.limit) return;
      this.#entries.delete(oldest);
      this.#bytes -= sizeOf(each);
    }
  }
}

function sizeOf({ contents }: Entry): number {
  return contents.persons.length * 13 + OVERHEAD;
}
