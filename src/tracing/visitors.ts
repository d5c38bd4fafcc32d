import { firstNotBelow } from '../kernel/sorted.js';
import type { SlotContents } from '../contact-graph/ports.js';
import { doubled, type Reached } from './reached.js';

/** Part of the columns of `Visitors`, from one index to before another; `longest` is its longest stay, in seconds. */
export interface Range {
  begin: number;
  end: number;
  longest: number;
}

/**
 * Stays of the people who may have met a source, in columns. Each slot is read once, however many sources were in it:
 * what is kept of it are the few stays that matter, side by side and ordered by `from`.
 */
export class Visitors {
  /** Index of each person in `Reached`. */
  other = new Uint32Array(1 << 10);
  from = new Uint32Array(1 << 10);
  to = new Uint32Array(1 << 10);
  imputed = new Uint8Array(1 << 10);
  #count = 0;

  /** Empties the object for another trace; columns that only a huge crowd needs are given back. */
  clear(): void {
    this.#count = 0;
    if (this.other.length <= KEPT) return;
    this.other = new Uint32Array(KEPT);
    this.from = new Uint32Array(KEPT);
    this.to = new Uint32Array(KEPT);
    this.imputed = new Uint8Array(KEPT);
  }

  /** Keeps the stays in a slot that overlap the time from one second to before another, of people who count. */
  keep({ persons, from, to, imputed, longest }: SlotContents, since: number, until: number, reached: Reached): Range {
    const begin = this.#count;
    // Stays that began earlier than this are over.
    const first = firstNotBelow(from, since - longest);
    const last = firstNotBelow(from, until, first);
    while (begin + last - first > this.other.length) this.#widen();
    const [others, starts, ends, guesses] = [this.other, this.from, this.to, this.imputed];
    let end = begin;
    let most = 0;
    for (let at = first; at < last; at++) {
      const ended = to[at] as number;
      if (ended <= since) continue;
      const other = reached.indexOf(persons[at] as number);
      if (other < 0) continue;
      const began = from[at] as number;
      others[end] = other;
      starts[end] = began;
      ends[end] = ended;
      guesses[end] = imputed === null ? 0 : (imputed[at] as number);
      end++;
      if (ended - began > most) most = ended - began;
    }
    this.#count = end;
    return { begin, end, longest: most };
  }

  /** The first stay of a range that is not over at an instant; of those from there on, some may be. */
  firstSince({ begin, end, longest }: Range, instant: number): number {
    return firstNotBelow(this.from, instant - longest, begin, end);
  }

  #widen(): void {
    this.other = doubled(this.other);
    this.from = doubled(this.from);
    this.to = doubled(this.to);
    const imputed = new Uint8Array(this.imputed.length * 2);
    imputed.set(this.imputed);
    this.imputed = imputed;
  }
}

/** Stays for which there is always room: 13 MB. */
const KEPT = 1 << 20;
