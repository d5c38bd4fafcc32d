import { doubled } from './reached.js';

/** Seconds of meeting required, and the seconds within which they must fall; null adds up everything. */
export interface Span {
  minimum: number;
  within: number | null;
}

/**
 * Adds up how long one person met others: any number of stretches each, in any order, overlapping or not. The time with
 * somebody is the length of the union of their stretches, so that a minute counts once even if two phones and a shared
 * room recorded it. One object serves person after person: the data of a single person stays small enough for the
 * processor's caches. Others are named by small numbers, such as their indices in a list.
 */
export class Meetings {
  /** The entry of each other, if that entry names the other; anything otherwise. So it is never cleared. */
  #entries = new Uint32Array(1 << 10);
  #count = 0;
  #other = new Uint32Array(1 << 10);
  #begin = new Uint32Array(1 << 10);
  #end = new Uint32Array(1 << 10);
  #seconds = new Uint32Array(1 << 10);
  /** The latest start of a stretch. */
  #latest = new Uint32Array(1 << 10);
  /** Where the stretch that was added last is stored. */
  #newest = new Uint32Array(1 << 10);
  #unsure = new Uint8Array(1 << 10);
  /** Every stretch: from, to, and where the one before of the same entry is stored; nothing is stored at 0. */
  #stretches = new Uint32Array(STRETCH << 10);
  #logged = STRETCH;

  /** Adds one stretch with somebody, in seconds; `from` is before `to`. */
  add(other: number, from: number, to: number): void {
    if (other >= this.#entries.length) this.#admit(other);
    const at = this.#logged;
    if (at === this.#stretches.length) this.#stretches = doubled(this.#stretches);
    this.#logged = at + STRETCH;
    this.#stretches[at] = from;
    this.#stretches[at + 1] = to;
    const entry = this.#entries[other] as number;
    if (entry >= this.#count || this.#other[entry] !== other) {
      this.#stretches[at + 2] = 0;
      this.#insert(other, from, to, at);
      return;
    }
    this.#stretches[at + 2] = this.#newest[entry] as number;
    this.#newest[entry] = at;
    const end = this.#end[entry] as number;
    if (from >= (this.#latest[entry] as number)) {
      // No earlier stretch began after `from`, so all time from then until `end` is in the sum already.
      if (to > end) this.#seconds[entry] = (this.#seconds[entry] as number) + to - Math.max(from, end);
      this.#latest[entry] = from;
    } else if (to <= (this.#begin[entry] as number)) {
      this.#seconds[entry] = (this.#seconds[entry] as number) + (to - from);
    } else {
      this.#unsure[entry] = 1;
    }
    if (from < (this.#begin[entry] as number)) this.#begin[entry] = from;
    if (to > end) this.#end[entry] = to;
  }

  /**
   * Visits everybody who was met for long enough, in the order of adding, with all seconds met and the beginning of the
   * meetings that were enough: with a span, earlier meetings may have been too short. `end` is the end of the last
   * meeting of all.
   */
  forEach(
    { minimum, within }: Span,
    visit: (other: number, begin: number, seconds: number, end: number) => void,
  ): void {
    const longest = within ?? Infinity;
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.#unsure[entry] === 1) this.#settle(entry);
      const seconds = this.#seconds[entry] as number;
      if (seconds < minimum) continue;
      const first = this.#begin[entry] as number;
      const end = this.#end[entry] as number;
      const begin = end - first > longest ? firstSpan(union(this.#stretchesOf(entry)), minimum, longest) : first;
      if (begin !== undefined) visit(this.#other[entry] as number, begin, seconds, end);
    }
  }

  /**
   * Seconds met with somebody, and when the last meeting ended; valid only after `forEach`, which settles the sums.
   */
  with(other: number): { seconds: number; end: number } | undefined {
    const entry = this.#entries[other] ?? this.#count;
    if (entry >= this.#count || this.#other[entry] !== other) return undefined;
    return { seconds: this.#seconds[entry] as number, end: this.#end[entry] as number };
  }

  /** Empties the object for another person. */
  clear(): void {
    this.#count = 0;
    this.#logged = STRETCH;
  }

  /**
   * A stretch that was added after one that begins later may overlap it, which makes the sum unsure: it is counted again
   * from all stretches.
   */
  #settle(entry: number): void {
    this.#seconds[entry] = union(this.#stretchesOf(entry)).reduce((sum, [from, to]) => sum + to - from, 0);
    this.#unsure[entry] = 0;
  }

  #stretchesOf(entry: number): [number, number][] {
    const stretches: [number, number][] = [];
    for (let at = this.#newest[entry] as number; at !== 0; at = this.#stretches[at + 2] as number) {
      stretches.push([this.#stretches[at] as number, this.#stretches[at + 1] as number]);
    }
    return stretches;
  }

  #insert(other: number, from: number, to: number, at: number): void {
    if (this.#count === this.#other.length) this.#widen();
    const entry = this.#count++;
    this.#entries[other] = entry;
    this.#other[entry] = other;
    this.#begin[entry] = from;
    this.#end[entry] = to;
    this.#seconds[entry] = to - from;
    this.#latest[entry] = from;
    this.#newest[entry] = at;
    this.#unsure[entry] = 0;
  }

  #admit(other: number): void {
    const entries = new Uint32Array(Math.max(this.#entries.length * 2, other + 1));
    entries.set(this.#entries);
    this.#entries = entries;
  }

  #widen(): void {
    this.#other = doubled(this.#other);
    this.#begin = doubled(this.#begin);
    this.#end = doubled(this.#end);
    this.#seconds = doubled(this.#seconds);
    this.#latest = doubled(this.#latest);
    this.#newest = doubled(this.#newest);
    const unsure = new Uint8Array(this.#unsure.length * 2);
    unsure.set(this.#unsure);
    this.#unsure = unsure;
  }
}

const STRETCH = 3;

/** Joins stretches that overlap or touch, in order; sorts the given array in place. */
export function union(stretches: [number, number][]): [number, number][] {
  stretches.sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of stretches) {
    const last = joined[joined.length - 1];
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/**
 * Where the first span with enough meetings begins, undefined if there is none. Only spans that begin with a stretch
 * need a look: one that begins in a gap loses nothing if moved forward to the next stretch; one that begins inside a
 * stretch, moved back to the start of that stretch, gains at least what it loses.
 */
function firstSpan(stretches: readonly [number, number][], minimum: number, within: number): number | undefined {
  return stretches.find(([begin], i) => {
    let met = 0;
    for (let at = i; at < stretches.length; at++) {
      const [from, to] = stretches[at] as [number, number];
      if (from >= begin + within) break;
      met += Math.min(to, begin + within) - from;
    }
    return met >= minimum;
  })?.[0];
}
