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
  /** Where the page of each 64 numbers of people begins in the pages; 0 if there is none. */
  #directory = new Uint32Array(1 << 10);
  /** 0 for a person who was not seen yet, 1 for one who does not count, or else the index plus 2; nothing before 64. */
  #pages = new Uint32Array(PAGE << 4);
  #paged = PAGE;
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
    const page = this.#directory[person >>> PAGE_BITS] as number;
    const known = page > 0 ? (this.#pages[page + (person % PAGE)] as number) : 0;
    return known > 0 ? known - 2 : this.#insert(person);
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

  #insert(person: number): number {
    const at = this.#pageOf(person) + (person % PAGE);
    if (!this.counts(person)) {
      this.#pages[at] = 1;
      return -1;
    }
    if (this.#count === this.#number.length) {
      this.#number = doubled(this.#number);
      this.#facts = doubled(this.#facts);
    }
    const index = this.#count++;
    this.#number[index] = person;
    this.#pages[at] = index + 2;
    return index;
  }

  #pageOf(person: number): number {
    const entry = person >>> PAGE_BITS;
    while (entry >= this.#directory.length) this.#directory = doubled(this.#directory);
    const page = this.#directory[entry] as number;
    if (page > 0) return page;
    if (this.#paged === this.#pages.length) this.#pages = doubled(this.#pages);
    this.#directory[entry] = this.#paged;
    this.#paged += PAGE;
    return this.#paged - PAGE;
  }
}

const PAGE_BITS = 6;
const PAGE = 1 << PAGE_BITS;
const FACTS = 4;

/** Copies the numbers into an array of twice the length. */
export function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
