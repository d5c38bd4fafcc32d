import { doubled } from './reached.js';
import { spread } from './roles.js';

/** Seconds of meeting required, and the seconds within which they must fall; null adds up everything. */
export interface Span {
  minimum: number;
  within: number | null;
}

/**
 * Adds up how long one person met others: any number of stretches each, in any order, overlapping or not. The time with
 * somebody is the length of the union of their stretches, so that a minute counts once even if two phones and a shared
 * room recorded it. One object serves person after person: the data of a single person stays small enough for the
 * processor's caches.
 */
export class Meetings {
  #table = new Int32Array(1 << 11);
  #count = 0;
  #logged = 0;
  #other = new Uint32Array(1 << 10);
  /** Index in the table of each entry. */
  #at = new Uint32Array(1 << 10);
  #begin = new Uint32Array(1 << 10);
  #end = new Uint32Array(1 << 10);
  #seconds = new Uint32Array(1 << 10);
  #state = new Uint8Array(1 << 10);
  /** Every stretch: entry, from, to. */
  #stretches = new Uint32Array(3 << 11);

  /** @param counts whether meetings with this person are needed; called once for each person met. */
  constructor(private readonly counts: (other: number) => boolean = () => true) {}

  /** Adds one stretch with somebody, in seconds; `from` is before `to`. */
  add(other: number, from: number, to: number): void {
    const entry = this.#entry(other);
    const state = this.#state[entry];
    if (state === IGNORED) return;
    if (this.#logged + 3 > this.#stretches.length) this.#stretches = doubled(this.#stretches);
    this.#stretches[this.#logged] = entry;
    this.#stretches[this.#logged + 1] = from;
    this.#stretches[this.#logged + 2] = to;
    this.#logged += 3;
    const begin = this.#begin[entry] as number;
    const end = this.#end[entry] as number;
    if (end === 0) {
      this.#begin[entry] = from;
      this.#end[entry] = to;
      this.#seconds[entry] = to - from;
      return;
    }
    if (from >= end || to <= begin) this.#seconds[entry] = (this.#seconds[entry] as number) + (to - from);
    else this.#state[entry] = UNSURE;
    if (from < begin) this.#begin[entry] = from;
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
    this.#settle();
    const scattered = within === null ? undefined : this.#scattered(minimum, within);
    for (let entry = 0; entry < this.#count; entry++) {
      const seconds = this.#seconds[entry] as number;
      if (this.#state[entry] === IGNORED || seconds < minimum) continue;
      const begin = scattered?.has(entry) ? scattered.get(entry) : (this.#begin[entry] as number);
      if (begin !== undefined) visit(this.#other[entry] as number, begin, seconds, this.#end[entry] as number);
    }
  }

  /**
   * Seconds met with somebody, and when the last meeting ended; valid only after `forEach`, which settles the sums.
   */
  with(other: number): { seconds: number; end: number } | undefined {
    const entry = this.#find(other);
    if (entry === undefined) return undefined;
    return { seconds: this.#seconds[entry] as number, end: this.#end[entry] as number };
  }

  /**
   * For entries whose meetings are spread over more than the span: when the first span with enough meetings begins,
   * undefined if there is none.
   */
  #scattered(minimum: number, within: number): Map<number, number | undefined> {
    const wanted = (entry: number) =>
      this.#state[entry] !== IGNORED &&
      (this.#seconds[entry] as number) >= minimum &&
      (this.#end[entry] as number) - (this.#begin[entry] as number) > within;
    return new Map(
      [...this.#stretchesOf(wanted)].map(([entry, each]) => [entry, firstSpan(union(each), minimum, within)]),
    );
  }

  /** Empties the object for another person. */
  clear(): void {
    for (let entry = 0; entry < this.#count; entry++) this.#table[this.#at[entry] as number] = 0;
    this.#count = 0;
    this.#logged = 0;
  }

  /** A stretch that may overlap others makes the sum unsure: it is counted again from all stretches of that person. */
  #settle(): void {
    for (const [entry, each] of this.#stretchesOf((candidate) => this.#state[candidate] === UNSURE)) {
      this.#seconds[entry] = union(each).reduce((sum, [from, to]) => sum + to - from, 0);
      this.#state[entry] = SURE;
    }
  }

  #stretchesOf(wanted: (entry: number) => boolean): Map<number, [number, number][]> {
    const stretches = new Map<number, [number, number][]>();
    for (let i = 0; i < this.#logged; i += 3) {
      const entry = this.#stretches[i] as number;
      const known = stretches.get(entry);
      if (!known && !wanted(entry)) continue;
      const stretch: [number, number] = [this.#stretches[i + 1] as number, this.#stretches[i + 2] as number];
      if (known) known.push(stretch);
      else stretches.set(entry, [stretch]);
    }
    return stretches;
  }

  #entry(other: number): number {
    const mask = this.#table.length - 1;
    for (let at = spread(other) & mask; ; at = (at + 1) & mask) {
      const entry = this.#table[at] as number;
      if (entry === 0) return this.#insert(other, at);
      if (this.#other[entry - 1] === other) return entry - 1;
    }
  }

  #find(other: number): number | undefined {
    const mask = this.#table.length - 1;
    for (let at = spread(other) & mask; ; at = (at + 1) & mask) {
      const entry = this.#table[at] as number;
      if (entry === 0) return undefined;
      if (this.#other[entry - 1] === other) return entry - 1;
    }
  }

  #insert(other: number, at: number): number {
    if (this.#count === this.#other.length) {
      this.#widen();
      return this.#entry(other);
    }
    const entry = this.#count++;
    this.#table[at] = entry + 1;
    this.#at[entry] = at;
    this.#other[entry] = other;
    this.#begin[entry] = 0;
    this.#end[entry] = 0;
    this.#seconds[entry] = 0;
    this.#state[entry] = this.counts(other) ? SURE : IGNORED;
    return entry;
  }

  /** Doubles the capacity; the table stays twice as large as the columns that it points to. */
  #widen(): void {
    this.#other = doubled(this.#other);
    this.#at = doubled(this.#at);
    this.#begin = doubled(this.#begin);
    this.#end = doubled(this.#end);
    this.#seconds = doubled(this.#seconds);
    const state = new Uint8Array(this.#state.length * 2);
    state.set(this.#state);
    this.#state = state;
    this.#table = new Int32Array(this.#table.length * 2);
    const mask = this.#table.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let at = spread(this.#other[entry] as number) & mask;
      while (this.#table[at] !== 0) at = (at + 1) & mask;
      this.#table[at] = entry + 1;
      this.#at[entry] = at;
    }
  }
}

const SURE = 0;
const UNSURE = 1;
const IGNORED = 2;

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
