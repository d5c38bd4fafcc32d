import { LRUCache } from 'lru-cache';
import type { StayDays } from './ports.js';

interface Entry {
  /** Bytes of the diary when it was read: a diary only grows, so the same length means the same contents. */
  length: number;
  stays: StayDays;
}

/** Bytes of an entry for each day of a stay, and of a person in addition. */
const DAY_BYTES = 32;
const OVERHEAD = 300;

/** Unpacked diaries by record of a person, cached between traces up to a size; the least recently used goes first. */
export class DiaryCache {
  readonly #people: LRUCache<number, ReadonlyMap<number, Entry>>;
  #epoch = '';

  /** @param limit in bytes. */
  constructor(limit: number) {
    this.#people = new LRUCache({ maxSize: limit, sizeCalculation: sizeOf });
  }

  /** Clears the cache if the epoch changed: numbers and keys are only valid within one epoch of the graph. */
  enter(epoch: string): void {
    if (epoch === this.#epoch) return;
    this.#people.clear();
    this.#epoch = epoch;
  }

  /** The diaries of a person that are cached, each with its key. */
  of(person: number): ReadonlyMap<number, Entry> {
    return this.#people.get(person) ?? NONE;
  }

  set(person: number, key: number, entry: Entry): void {
    this.#people.set(person, new Map(this.of(person)).set(key, entry));
  }
}

const NONE: ReadonlyMap<number, Entry> = new Map();

function sizeOf(diaries: ReadonlyMap<number, Entry>): number {
  let days = 0;
  for (const { stays } of diaries.values()) days += stays.keys.length;
  return days * DAY_BYTES + diaries.size * OVERHEAD;
}
