import { firstNotBelow } from '../kernel/sorted.js';
import type { SlotContents } from '../contact-graph/ports.js';
import { doubled } from './reached.js';

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
  /** Index of each person, as `indexOf` gave it. */
  other = new Uint32Array(1 << 10);
  from = new Uint32Array(1 << 10);
  to = new Uint32Array(1 << 10);
  imputed = new Uint8Array(1 << 10);
  #count = 0;

  /**
   * Keeps the stays in a slot that overlap the time from one second to before another.
   * @param indexOf the index of a person; negative if the person does not matter.
   */
  keep(
    { persons, from, to, imputed, longest }: SlotContents,
    since: number,
    until: number,
    indexOf: (person: number) => number,
  ): Range {
    const begin = this.#count;
    let most = 0;
    // Stays that began earlier than this are over.
    for (let at = firstNotBelow(from, since - longest); at < from.length; at++) {
      const began = from[at] as number;
      if (began >= until) break;
      const ended = to[at] as number;
      if (ended <= since) continue;
      const other = indexOf(persons[at] as number);
      if (other < 0) continue;
      if (this.#count === this.other.length) this.#widen();
      this.other[this.#count] = other;
      this.from[this.#count] = began;
      this.to[this.#count] = ended;
      this.imputed[this.#count] = imputed?.[at] ?? 0;
      this.#count++;
      if (ended - began > most) most = ended - began;
    }
    return { begin, end: this.#count, longest: most };
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
