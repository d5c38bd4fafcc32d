import type { Stretches } from '../people/index.js';
import { dayEndOf, nextDay, type SlotContents } from '../contact-graph/ports.js';
import { Roles } from './roles.js';

/** Somebody whose meetings are looked for: a case, or a contact of it. */
export interface Source {
  number: number;
  /** Meetings count from here */
  first: number;
  /** until here; Infinity while nothing ends it. */
  until: number;
  /** Only in these stretches, where isolation covers some of the time in between. */
  free?: Stretches | undefined;
}

/** Somebody whose meetings count in these stretches only. */
export function sourceOf(number: number, free: Stretches): Source {
  if (free.length === 0) return { number, first: 0, until: 0 };
  const first = free[0] as number;
  const until = free[free.length - 1] as number;
  return free.length === 2 ? { number, first, until } : { number, first, until, free };
}

export function stretchesOf({ first, until, free }: Source): Stretches {
  return free ?? [first, until];
}

export interface SourceStay {
  /** Keys of the slot, and of the one that holds the stay itself. */
  key: number;
  own: number;
  slot: SlotContents;
  from: number;
  to: number;
  /** Until when the air is infectious. */
  air: number;
  /** Nobody knows its end. */
  imputed: boolean;
}

/**
 * The stays of those whose meetings are looked for, by person: every slot is gone through once, and then each person's
 * stays are at hand together. Where the air stays infectious, a stay goes on for a while without its person, into the
 * slot of the next day if need be.
 */
export class Stays {
  readonly #slots: Map<number, SlotContents>;
  /** Of each stay: source, slot, from, to, until when the air is infectious, whether its end is imputed, own slot. */
  readonly #found: number[] = [];
  readonly #missing = new Set<number>();
  /** How many stays there are in each slot. */
  readonly #counts = new Map<number, number>();
  #starts: Uint32Array | undefined;
  #ordered: Uint32Array | undefined;

  /**
   * Takes of each source's stays what lies in the stretches in which its meetings count.
   * @param lingering seconds for which the air stays infectious.
   */
  constructor(
    private readonly sources: readonly Source[],
    slots: ReadonlyMap<number, SlotContents>,
    private readonly lingering: number,
  ) {
    this.#slots = new Map(slots);
    const indices = new Roles();
    sources.forEach(({ number }, i) => indices.set(number, i + 1));
    for (const [key, { persons, from, to, imputed }] of slots) {
      for (let at = 0; at < persons.length; at++) {
        const index = indices.get(persons[at] as number);
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

  /** Slots that only the air of a stay reaches into, and that were not among those given. */
  get missing(): number[] {
    return [...this.#missing];
  }

  addSlot(key: number, contents: SlotContents): void {
    this.#slots.set(key, contents);
  }

  /**
   * Leaves only those in the slots who count, where it pays: in a crowd everyone met everyone, and nearly all of them
   * are known already.
   */
  keepOnly(counts: (person: number) => boolean): void {
    for (const [key, stays] of this.#counts) {
      const slot = this.#slots.get(key);
      if (slot && stays >= CROWDED) this.#slots.set(key, only(slot, counts));
    }
  }

  keys(): number[] {
    return [...this.#slots.keys()];
  }

  /** Each stay of a source in a slot; `own` is the one that holds the stay itself, where only its air is in this. */
  of(source: number, visit: (stay: SourceStay) => void): void {
    this.#ordered ??= this.#order();
    const end = this.#starts?.[source + 1] as number;
    for (let i = this.#starts?.[source] as number; i < end; i++) {
      const at = (this.#ordered[i] as number) * FIELDS;
      const key = this.#found[at + 1] as number;
      const slot = this.#slots.get(key);
      if (!slot) continue;
      const from = this.#found[at + 2] as number;
      const to = this.#found[at + 3] as number;
      const air = this.#found[at + 4] as number;
      visit({ key, own: this.#found[at + 6] as number, slot, from, to, air, imputed: this.#found[at + 5] === 1 });
    }
  }

  #add(source: number, key: number, from: number, to: number, imputed: boolean): void {
    const air = to + this.lingering;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#found.push(source, key, from, to, air, imputed ? 1 : 0, key);
    const midnight = dayEndOf(key);
    if (air <= midnight) return;
    // A stay that goes on after midnight stands in that slot itself; its air is no shorter than this one's.
    const next = nextDay(key);
    this.#counts.set(next, (this.#counts.get(next) ?? 0) + 1);
    this.#found.push(source, next, midnight, midnight, air, imputed ? 1 : 0, key);
    if (!this.#slots.has(next)) this.#missing.add(next);
  }

  /** Stays by source, by counting. */
  #order(): Uint32Array {
    const starts = new Uint32Array(this.sources.length + 1);
    for (let at = 0; at < this.#found.length; at += FIELDS) {
      const source = this.#found[at] as number;
      starts[source + 1] = (starts[source + 1] as number) + 1;
    }
    for (let i = 0; i < this.sources.length; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
    this.#starts = starts;
    const next = starts.slice();
    const ordered = new Uint32Array(this.#found.length / FIELDS);
    for (let i = 0; i < ordered.length; i++) {
      const source = this.#found[i * FIELDS] as number;
      const at = next[source] as number;
      next[source] = at + 1;
      ordered[at] = i;
    }
    return ordered;
  }
}

const FIELDS = 7;
/** Stays in a slot from which on going through it once more costs less than meeting those in vain who are known. */
const CROWDED = 4;

function only(slot: SlotContents, counts: (person: number) => boolean): SlotContents {
  const kept: number[] = [];
  for (let at = 0; at < slot.persons.length; at++) if (counts(slot.persons[at] as number)) kept.push(at);
  if (kept.length === slot.persons.length) return slot;
  const column = (all: Uint32Array) => Uint32Array.from(kept, (at) => all[at] as number);
  const { imputed, longest } = slot;
  return {
    persons: column(slot.persons),
    from: column(slot.from),
    to: column(slot.to),
    imputed: imputed && Uint8Array.from(kept, (at) => imputed[at] as number),
    longest,
  };
}
