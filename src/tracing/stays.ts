import type { Stretches } from '../people/index.js';
import { dayEndOf, nextDay, type SlotContents } from '../contact-graph/ports.js';
import type { Reached } from './reached.js';
import { Roles } from './roles.js';
import type { Range, Visitors } from './visitors.js';

/** A person whose meetings are looked for: a case, or a contact of it. */
export interface Source {
  number: number;
  /** Meetings count from this second on. */
  first: number;
  /** Meetings count until this second; Infinity if there is no end. */
  until: number;
  /** If isolation covers some of the time between, the stretches in which meetings count. */
  free?: Stretches | undefined;
}

/** A source whose meetings count only in these stretches. */
export function sourceOf(number: number, free: Stretches): Source {
  if (free.length === 0) return { number, first: 0, until: 0 };
  const first = free[0] as number;
  const until = free[free.length - 1] as number;
  return free.length === 2 ? { number, first, until } : { number, first, until, free };
}

export function stretchesOf({ first, until, free }: Source): Stretches {
  return free ?? [first, until];
}

/** A stay of a source in a slot, or what its air reaches of the next day's slot. */
export interface SourceStay {
  /** Key of this slot (`key`), and of the slot that holds the stay itself (`own`). */
  key: number;
  own: number;
  from: number;
  to: number;
  /** Until when the air is infectious. */
  air: number;
  /** The end of the stay was not recorded. */
  imputed: boolean;
  /** The stays that may overlap this one. */
  visitors: Range;
}

/**
 * Stays of sources, by slot and by person: every slot is scanned once. If the air stays infectious, a stay continues for
 * a while without its person, if need be in the slot of the next day.
 */
export class Stays {
  /** Slots that a stay or its air reaches; without contents as long as these were not passed. */
  readonly #inSlot = new Map<number, { contents: SlotContents | undefined; stays: SourceStay[] }>();
  readonly #ofSource: SourceStay[][];

  /**
   * Takes each source's stays, cut to the stretches in which its meetings count.
   * @param lingering seconds for which the air stays infectious.
   */
  constructor(
    sources: readonly Source[],
    private readonly slots: ReadonlyMap<number, SlotContents>,
    private readonly lingering: number,
  ) {
    this.#ofSource = sources.map(() => []);
    const indices = new Roles();
    sources.forEach(({ number }, i) => indices.set(number, i + 1));
    const { marks, shift } = marksOf(sources);
    for (const [key, { persons, from, to, imputed }] of slots) {
      for (let at = 0; at < persons.length; at++) {
        const person = persons[at] as number;
        if (marks[Math.imul(person, SPREAD) >>> shift] === 0) continue;
        const index = indices.get(person);
        if (index === 0) continue;
        const { first, until, free } = sources[index - 1] as Source;
        const start = Math.max(from[at] as number, first);
        const end = Math.min(to[at] as number, until);
        if (start >= end) continue;
        const guessed = imputed?.[at] === 1;
        if (!free) this.#add(index - 1, key, start, end, guessed);
        for (let i = 0; free && i < free.length; i += 2) {
          const begins = Math.max(start, free[i] as number);
          const ends = Math.min(end, free[i + 1] as number);
          if (begins < ends) this.#add(index - 1, key, begins, ends, guessed);
        }
      }
    }
  }

  /** Slots that only the air of a stay reaches and that were not passed to the constructor. */
  get missing(): number[] {
    return this.keys().filter((key) => !this.#inSlot.get(key)?.contents);
  }

  addSlot(key: number, contents: SlotContents): void {
    const known = this.#inSlot.get(key);
    if (known) known.contents = contents;
  }

  /** Slots that a stay or its air reaches. */
  keys(): number[] {
    return [...this.#inSlot.keys()];
  }

  /** Takes out of the slots what may overlap a source's stay, and tells each stay where it is. */
  keepVisitors(visitors: Visitors, reached: Reached): void {
    for (const { contents, stays } of this.#inSlot.values()) {
      if (!contents) continue;
      stays.sort(byStart);
      for (let begin = 0; begin < stays.length;) {
        const { from, air } = stays[begin] as SourceStay;
        let [end, until] = [begin + 1, air];
        for (let next = stays[end]; next && next.from < until; next = stays[++end]) until = Math.max(until, next.air);
        const range = visitors.keep(contents, from, until, reached);
        for (; begin < end; begin++) (stays[begin] as SourceStay).visitors = range;
      }
    }
  }

  /** The stays of a source, in order: its meetings are added up fastest that way. */
  of(source: number): readonly SourceStay[] {
    return (this.#ofSource[source] as SourceStay[]).sort(byStart);
  }

  #add(source: number, key: number, from: number, to: number, imputed: boolean): void {
    const air = to + this.lingering;
    this.#put(source, { key, own: key, from, to, air, imputed, visitors: NONE });
    const midnight = dayEndOf(key);
    // A stay that continues after midnight is in the next slot as well; its air lasts at least as long as this one's.
    if (air <= midnight) return;
    this.#put(source, { key: nextDay(key), own: key, from: midnight, to: midnight, air, imputed, visitors: NONE });
  }

  #put(source: number, stay: SourceStay): void {
    (this.#ofSource[source] as SourceStay[]).push(stay);
    const known = this.#inSlot.get(stay.key);
    if (known) known.stays.push(stay);
    else this.#inSlot.set(stay.key, { contents: this.slots.get(stay.key), stays: [stay] });
  }
}

/**
 * A mark at the hash of each source. Nearly everybody in a slot is no source, and the hash of nearly all of them has no
 * mark: one look at a small array instead of a search.
 */
function marksOf(sources: readonly Source[]): { marks: Uint8Array; shift: number } {
  const bits = Math.min(Math.ceil(Math.log2(sources.length + 1)) + 4, 22);
  const marks = new Uint8Array(2 ** bits);
  for (const { number } of sources) marks[Math.imul(number, SPREAD) >>> (32 - bits)] = 1;
  return { marks, shift: 32 - bits };
}

/** Multiplication by it spreads neighbouring numbers over the upper bits. */
const SPREAD = 0x9e3779b1;
const NONE: Range = { begin: 0, end: 0, longest: 0 };
const byStart = (a: SourceStay, b: SourceStay) => a.from - b.from;
