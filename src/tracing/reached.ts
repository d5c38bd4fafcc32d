import { spread } from './roles.js';

/**
 * Most sources of a contact that are kept. In a crowd everybody meets everybody: to name tens of thousands of people
 * for each of as many would fill the log without informing anybody.
 */
export const SOURCES_KEPT = 100;

/**
 * The people who may become contacts, numbered from 0 in the order in which they are seen; and of those whom sources
 * met, each once: since when, until when, for how long, and through whom. People are looked up once for each of their
 * stays. Everything else that is known of them is found by index.
 */
export class Reached {
  /** Pairs of a person and 0 if the place is free, 1 if the person does not count, or else the index plus 2. */
  #table = new Uint32Array(2 << 10);
  #seen = 0;
  #count = 0;
  #number = new Uint32Array(1 << 8);
  /** For each person: first instant, seconds, last instant, and how many sources are kept. */
  #facts = new Uint32Array(FACTS << 8);
  /** Pairs of a person's index and a source that were kept. */
  #links = new Uint32Array(1 << 10);
  #linked = 0;

  /** @param counts whether this person may become a contact; called once for each person. */
  constructor(private readonly counts: (person: number) => boolean) {}

  /** The index of a person; -1 if this person does not count. */
  indexOf(person: number): number {
    const mask = this.#table.length - 2;
    for (let at = (spread(person) << 1) & mask; ; at = (at + 2) & mask) {
      const known = this.#table[at + 1] as number;
      if (known === 0) return this.#insert(person, at);
      if (this.#table[at] === person) return known - 2;
    }
  }

  /** The number of the person with this index. */
  numberOf(index: number): number {
    return this.#number[index] as number;
  }

  /** Adds a pair; call it once for each pair. Of a person's sources, those added first are kept. */
  add(source: number, index: number, first: number, seconds: number, last: number): void {
    const facts = this.#facts;
    const at = index * FACTS;
    const kept = facts[at + 3] as number;
    if (kept === 0 || first < (facts[at] as number)) facts[at] = first;
    if (seconds > (facts[at + 1] as number)) facts[at + 1] = seconds;
    if (last > (facts[at + 2] as number)) facts[at + 2] = last;
    if (kept === SOURCES_KEPT) return;
    facts[at + 3] = kept + 1;
    if (this.#linked === this.#links.length) this.#links = doubled(this.#links);
    this.#links[this.#linked] = index;
    this.#links[this.#linked + 1] = source;
    this.#linked += 2;
  }

  /**
   * Maps everybody who was met, in the order of indices, with the first and the last instant, the longest time with one
   * source, and the sources kept, in the order of adding: those from `begin` to before `end`.
   */
  map<T>(
    make: (
      number: number,
      first: number,
      seconds: number,
      last: number,
      sources: Uint32Array,
      begin: number,
      end: number,
    ) => T,
  ): T[] {
    const facts = this.#facts;
    const next = new Uint32Array(this.#count);
    let total = 0;
    for (let i = 0; i < this.#count; i++) {
      next[i] = total;
      total += facts[i * FACTS + 3] as number;
    }
    const sources = new Uint32Array(total);
    for (let i = 0; i < this.#linked; i += 2) {
      const index = this.#links[i] as number;
      const at = next[index] as number;
      sources[at] = this.#links[i + 1] as number;
      next[index] = at + 1;
    }
    const made: T[] = [];
    for (let i = 0; i < this.#count; i++) {
      const at = i * FACTS;
      const kept = facts[at + 3] as number;
      if (kept === 0) continue;
      const [number, end] = [this.#number[i] as number, next[i] as number];
      const [first, seconds, last] = [facts[at] as number, facts[at + 1] as number, facts[at + 2] as number];
      made.push(make(number, first, seconds, last, sources, end - kept, end));
    }
    return made;
  }

  #insert(person: number, at: number): number {
    if (this.#seen * 4 >= this.#table.length) {
      this.#widen();
      return this.indexOf(person);
    }
    this.#seen++;
    this.#table[at] = person;
    if (!this.counts(person)) {
      this.#table[at + 1] = 1;
      return -1;
    }
    if (this.#count === this.#number.length) {
      this.#number = doubled(this.#number);
      this.#facts = doubled(this.#facts);
    }
    const index = this.#count++;
    this.#number[index] = person;
    this.#table[at + 1] = index + 2;
    return index;
  }

  #widen(): void {
    const narrow = this.#table;
    const table = new Uint32Array(narrow.length * 4);
    const mask = table.length - 2;
    for (let from = 0; from < narrow.length; from += 2) {
      if (narrow[from + 1] === 0) continue;
      const person = narrow[from] as number;
      let at = (spread(person) << 1) & mask;
      while (table[at + 1] !== 0) at = (at + 2) & mask;
      table[at] = person;
      table[at + 1] = narrow[from + 1] as number;
    }
    this.#table = table;
  }
}

const FACTS = 4;

/** Copies the numbers into an array of twice the length. */
export function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
