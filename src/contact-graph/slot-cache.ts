import { LRUCache } from 'lru-cache';
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
  readonly #entries: LRUCache<number, Entry>;
  #epoch = '';

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#entries = new LRUCache({ maxSize: limit, sizeCalculation: sizeOf });
  }

  /** Clears the cache if the epoch changed: numbers and keys are only valid within one epoch of the graph. */
  enter(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#entries.clear();
    this.#epoch = epoch;
  }

  get(key: number, length: number): SlotContents | undefined {
    const entry = this.#entries.get(key);
    return entry?.length === length ? entry.contents : undefined;
  }

  /** The length of a cached slot when it was read. */
  lengthOf(key: number): number | undefined {
    return this.#entries.peek(key)?.length;
  }

  set(key: number, length: number, contents: SlotContents): void {
    this.#entries.set(key, { length, contents });
  }
}

function sizeOf({ contents }: Entry): number {
  return contents.persons.length * 13 + OVERHEAD;
}
