/**
 * Adds up how long pairs met: any number of stretches a pair, in any order, overlapping or not. A pair's time is the
 * length of the union of its stretches, so that two phones and a shared room count a minute once.
 */
export class Meetings {
  #table = new Int32Array(1 << 12);
  #count = 0;
  #first = new Uint32Array(1 << 11);
  #second = new Uint32Array(1 << 11);
  #begin = new Uint32Array(1 << 11);
  #end = new Uint32Array(1 << 11);
  #seconds = new Uint32Array(1 << 11);
  /** Pairs of which a stretch fell between others: their sum is counted again from all of their stretches. */
  #unsure = new Uint8Array(1 << 11);
  /** Every stretch: pair, from, to. */
  #stretches = new Uint32Array(3 << 12);
  #logged = 0;

  /** One stretch of a pair, in seconds; `from` is before `to`. */
  add(first: number, second: number, from: number, to: number): void {
    const pair = this.#pair(first, second);
    if (this.#logged + 3 > this.#stretches.length) this.#stretches = grown(this.#stretches);
    this.#stretches[this.#logged] = pair;
    this.#stretches[this.#logged + 1] = from;
    this.#stretches[this.#logged + 2] = to;
    this.#logged += 3;
    const begin = this.#begin[pair] as number;
    const end = this.#end[pair] as number;
    if (end === 0) {
      this.#begin[pair] = from;
      this.#end[pair] = to;
      this.#seconds[pair] = to - from;
      return;
    }
    if (from >= end || to <= begin) this.#seconds[pair] = (this.#seconds[pair] as number) + (to - from);
    else this.#unsure[pair] = 1;
    if (from < begin) this.#begin[pair] = from;
    if (to > end) this.#end[pair] = to;
  }

  /** Every pair with the start of its first stretch and the seconds it met. */
  forEach(visit: (first: number, second: number, begin: number, seconds: number) => void): void {
    this.#settle();
    for (let pair = 0; pair < this.#count; pair++) {
      visit(
        this.#first[pair] as number,
        this.#second[pair] as number,
        this.#begin[pair] as number,
        this.#seconds[pair] as number,
      );
    }
  }

  #settle(): void {
    const stretches = new Map<number, [number, number][]>();
    for (let i = 0; i < this.#logged; i += 3) {
      const pair = this.#stretches[i] as number;
      if (this.#unsure[pair] === 0) continue;
      const stretch: [number, number] = [this.#stretches[i + 1] as number, this.#stretches[i + 2] as number];
      const known = stretches.get(pair);
      if (known) known.push(stretch);
      else stretches.set(pair, [stretch]);
    }
    for (const [pair, each] of stretches) {
      this.#seconds[pair] = unionLength(each);
      this.#unsure[pair] = 0;
    }
  }

  #pair(first: number, second: number): number {
    if (this.#count * 2 >= this.#table.length) this.#rehash();
    const mask = this.#table.length - 1;
    for (let at = hash(first, second) & mask; ; at = (at + 1) & mask) {
      const entry = this.#table[at] as number;
      if (entry === 0) {
        if (this.#count === this.#first.length) this.#widen();
        const pair = this.#count++;
        this.#table[at] = pair + 1;
        this.#first[pair] = first;
        this.#second[pair] = second;
        return pair;
      }
      if (this.#first[entry - 1] === first && this.#second[entry - 1] === second) return entry - 1;
    }
  }

  #widen(): void {
    this.#first = grown(this.#first);
    this.#second = grown(this.#second);
    this.#begin = grown(this.#begin);
    this.#end = grown(this.#end);
    this.#seconds = grown(this.#seconds);
    const unsure = new Uint8Array(this.#unsure.length * 2);
    unsure.set(this.#unsure);
    this.#unsure = unsure;
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 4);
    const mask = this.#table.length - 1;
    for (let pair = 0; pair < this.#count; pair++) {
      let at = hash(this.#first[pair] as number, this.#second[pair] as number) & mask;
      while (this.#table[at] !== 0) at = (at + 1) & mask;
      this.#table[at] = pair + 1;
    }
  }
}

/** Length of a union of stretches; they are sorted in place. */
export function unionLength(stretches: [number, number][]): number {
  stretches.sort((a, b) => a[0] - b[0]);
  let length = 0;
  let reached = -Infinity;
  for (const [from, to] of stretches) {
    if (to <= reached) continue;
    length += to - Math.max(from, reached);
    reached = to;
  }
  return length;
}

function hash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x85ebca6b) ^ Math.imul(second, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
