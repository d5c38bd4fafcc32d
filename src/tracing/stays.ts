import type { Stretches } from '../people/index.js';
import { dayEndOf, nextDay, type SlotContents } from '../contact-graph/ports.js';
import { Roles } from './roles.js';

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

export interface SourceStay {
  /** Key of this slot (`key`), and of the slot that holds the stay itself (`own`). */
  key: number;
  own: number;
  slot: SlotContents;
  from: number;
  to: number;
  /** Until when the air is infectious. */
  air: number;
  /** The end of the stay was not recorded. */
  imputed: boolean;
}

/**
 * Stays of sources, grouped by person: every slot is scanned once, and then each person's stays are stored together.
 * If the air stays infectious, a stay continues for a while without its person, if need be in the slot of the next day.
 */
export class Stays {
  readonly #slots: Map<number, SlotContents>;
  /**
   * Columns of each stay: source, slot, from, to, until when the air is infectious, whether its end is imputed, own
   * slot.
   */
  readonly #found: number[] = [];
  readonly #missing = new Set<number>();
  /** Number of the sources' stays in each slot. */
  readonly #counts = new Map<number, number>();
  #starts: Uint32Array | undefined;
  #ordered: Uint32Array | undefined;

  /**
   * Takes each source's stays, cut to the stretches in which its meetings count.
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

  /** Slots that only the air of a stay reaches and that were not passed to the constructor. */
  get missing(): number[] {
    return [...this.#missing];
  }

  addSlot(key: number, contents: SlotContents): void {
    this.#slots.set(key, contents);
  }

  /**
   * Drops people who do not count from the slots where it pays: in a crowd everybody met everybody, and nearly all of
   * them are known already.
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

  /** Visits each stay of a source; `own` is the slot that holds the stay itself if only its air is in this slot. */
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
    // A stay that continues after midnight is in the next slot as well; its air lasts at least as long as this one's.
    const next = nextDay(key);
    this.#counts.set(next, (this.#counts.get(next) ?? 0) + 1);
    this.#found.push(source, next, midnight, midnight, air, imputed ? 1 : 0, key);
    if (!this.#slots.has(next)) this.#missing.add(next);
  }

  /** Orders stays by source with a counting sort. */
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
/** From this number of stays in a slot on, a scan that drops known people costs less than comparing them. */
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
