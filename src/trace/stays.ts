import type { SlotContents } from '../graph/ports.js';
import { Roles } from './roles.js';

interface Source {
  number: number;
  first: number;
  until: number;
}

/**
 * The stays of those whose meetings are looked for, by person: every slot is gone through once, and then each person's
 * stays are at hand together.
 */
export class Stays {
  /** Where each person's stays begin in the columns below. */
  readonly #starts: Uint32Array;
  readonly #slot: Uint32Array;
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;

  /** Takes of each source's stays what lies between its first and its last instant. */
  constructor(sources: readonly Source[], slots: readonly SlotContents[]) {
    const indices = new Roles();
    sources.forEach(({ number }, i) => indices.set(number, i + 1));
    const found: number[] = [];
    this.#starts = new Uint32Array(sources.length + 1);
    slots.forEach(({ persons, from, to }, slot) => {
      for (let at = 0; at < persons.length; at++) {
        const index = indices.get(persons[at] as number);
        if (index === 0) continue;
        const source = sources[index - 1] as Source;
        const start = Math.max(from[at] as number, source.first);
        const end = Math.min(to[at] as number, source.until);
        if (start >= end) continue;
        found.push(index - 1, slot, start, end);
        this.#starts[index] = (this.#starts[index] as number) + 1;
      }
    });
    for (let i = 0; i < sources.length; i++) {
      this.#starts[i + 1] = (this.#starts[i + 1] as number) + (this.#starts[i] as number);
    }
    const next = this.#starts.slice();
    const count = found.length / 4;
    this.#slot = new Uint32Array(count);
    this.#from = new Uint32Array(count);
    this.#to = new Uint32Array(count);
    for (let i = 0; i < found.length; i += 4) {
      const source = found[i] as number;
      const at = next[source] as number;
      next[source] = at + 1;
      this.#slot[at] = found[i + 1] as number;
      this.#from[at] = found[i + 2] as number;
      this.#to[at] = found[i + 3] as number;
    }
  }

  /** Each stay of a source: index of the slot, from, to. */
  of(source: number, visit: (slot: number, from: number, to: number) => void): void {
    const end = this.#starts[source + 1] as number;
    for (let at = this.#starts[source] as number; at < end; at++) {
      visit(this.#slot[at] as number, this.#from[at] as number, this.#to[at] as number);
    }
  }
}
