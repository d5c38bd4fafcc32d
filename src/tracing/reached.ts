import { Roles } from './roles.js';

/**
 * Most sources of a contact that are kept. In a crowd everybody meets everybody: to name tens of thousands of people
 * for each of as many would fill the log without informing anybody.
 */
export const SOURCES_KEPT = 100;

/** The people whom several sources met, each once: since when, until when, for how long, and through whom. */
export class Reached {
  readonly #indices = new Roles();
  #count = 0;
  #number = new Uint32Array(1 << 10);
  #first = new Uint32Array(1 << 10);
  #seconds = new Uint32Array(1 << 10);
  #last = new Uint32Array(1 << 10);
  /** How many sources are kept for each person. */
  #sources = new Uint32Array(1 << 10);
  /** Pairs of a person's index and a source that were kept. */
  #links = new Uint32Array(1 << 12);
  #linked = 0;

  get size(): number {
    return this.#count;
  }

  /** Adds a pair; call it once for each pair. Of a person's sources, those added first are kept. */
  add(source: number, number: number, first: number, seconds: number, last: number): void {
    let index = this.#indices.get(number) - 1;
    if (index < 0) {
      index = this.#insert(number, first, seconds, last);
    } else {
      if (first < (this.#first[index] as number)) this.#first[index] = first;
      if (seconds > (this.#seconds[index] as number)) this.#seconds[index] = seconds;
      if (last > (this.#last[index] as number)) this.#last[index] = last;
    }
    if (this.#sources[index] === SOURCES_KEPT) return;
    this.#sources[index] = (this.#sources[index] as number) + 1;
    if (this.#linked + 2 > this.#links.length) this.#links = doubled(this.#links);
    this.#links[this.#linked++] = index;
    this.#links[this.#linked++] = source;
  }

  numbers(): Uint32Array {
    return this.#number.subarray(0, this.#count);
  }

  /**
   * Maps everybody with the first and the last instant, the longest time with one source, and the sources kept, in the
   * order of adding.
   */
  map<T>(make: (number: number, first: number, seconds: number, sources: Uint32Array, last: number) => T): T[] {
    const begin = new Uint32Array(this.#count + 1);
    for (let i = 0; i < this.#count; i++) begin[i + 1] = (begin[i] as number) + (this.#sources[i] as number);
    const next = begin.slice();
    const sources = new Uint32Array(this.#linked / 2);
    for (let i = 0; i < this.#linked; i += 2) {
      const index = this.#links[i] as number;
      const at = next[index] as number;
      sources[at] = this.#links[i + 1] as number;
      next[index] = at + 1;
    }
    const made = new Array<T>(this.#count);
    for (let i = 0; i < this.#count; i++) {
      made[i] = make(
        this.#number[i] as number,
        this.#first[i] as number,
        this.#seconds[i] as number,
        sources.subarray(begin[i], begin[i + 1]),
        this.#last[i] as number,
      );
    }
    return made;
  }

  #insert(number: number, first: number, seconds: number, last: number): number {
    if (this.#count === this.#number.length) {
      this.#number = doubled(this.#number);
      this.#first = doubled(this.#first);
      this.#seconds = doubled(this.#seconds);
      this.#last = doubled(this.#last);
      this.#sources = doubled(this.#sources);
    }
    const index = this.#count++;
    this.#number[index] = number;
    this.#first[index] = first;
    this.#seconds[index] = seconds;
    this.#last[index] = last;
    this.#indices.set(number, index + 1);
    return index;
  }
}

/** Copies the numbers into an array of twice the length. */
export function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
