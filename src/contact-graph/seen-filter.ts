/**
 * A Bloom filter with one hash: remembers 32-bit numbers in a few bits each. "No" is certain; "yes" is wrong for about
 * one in thirty unseen numbers. It grows by layers, so that nothing has to be read again, up to a size that does not
 * depend on the history: the largest layer takes all further numbers, and "yes" is wrong ever more often, for one in
 * six unseen numbers after 100 million of them.
 */
export class SeenFilter {
  readonly #layers: { bits: Uint32Array; shift: number; room: number }[] = [];

  /**
   * @param firstBits of the first layer, as a power of two.
   * @param mostBits of the largest layer: by default 64 megabytes, and all layers together have a quarter more.
   */
  constructor(
    private readonly firstBits = 24,
    private readonly mostBits = 29,
  ) {
    this.#grow(firstBits);
  }

  has(number: number): boolean {
    return this.#layers.some(({ bits, shift }) => {
      const at = mix(number) >>> shift;
      return ((bits[at >>> 5] as number) & (1 << (at & 31))) !== 0;
    });
  }

  add(number: number): void {
    let top = this.#layers[this.#layers.length - 1];
    const power = Math.min(this.mostBits, this.firstBits + 3 * this.#layers.length);
    if (!top || (top.room === 0 && 32 - top.shift < this.mostBits)) top = this.#grow(power);
    const at = mix(number) >>> top.shift;
    const word = at >>> 5;
    top.bits[word] = (top.bits[word] as number) | (1 << (at & 31));
    if (top.room > 0) top.room--;
  }

  #grow(power: number): { bits: Uint32Array; shift: number; room: number } {
    // With one number per 32 bits, about one in 32 unseen numbers is taken for seen.
    const layer = { bits: new Uint32Array(2 ** (power - 5)), shift: 32 - power, room: 2 ** (power - 5) };
    this.#layers.push(layer);
    return layer;
  }
}

/** Spreads numbers that are not random over all 32 bits, one to one. */
function mix(number: number): number {
  let n = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  n = Math.imul(n ^ (n >>> 13), 0xc2b2ae35);
  return (n ^ (n >>> 16)) >>> 0;
}
