/** A map from a few of very many people to a number; 0 is none. Its size depends on the few, not on the many. */
export class Roles {
  #persons = new Uint32Array(1 << 10);
  #roles = new Int32Array(1 << 10);
  #count = 0;

  get(person: number): number {
    const mask = this.#roles.length - 1;
    for (let at = spread(person) & mask; ; at = (at + 1) & mask) {
      const role = this.#roles[at] as number;
      if (role === 0 || this.#persons[at] === person) return role;
    }
  }

  /** @param role other than 0. */
  set(person: number, role: number): void {
    if (this.#count * 2 >= this.#roles.length) this.#widen();
    const mask = this.#roles.length - 1;
    let at = spread(person) & mask;
    while (this.#roles[at] !== 0 && this.#persons[at] !== person) at = (at + 1) & mask;
    if (this.#roles[at] === 0) this.#count++;
    this.#persons[at] = person;
    this.#roles[at] = role;
  }

  #widen(): void {
    const [persons, roles] = [this.#persons, this.#roles];
    this.#persons = new Uint32Array(persons.length * 4);
    this.#roles = new Int32Array(roles.length * 4);
    this.#count = 0;
    roles.forEach((role, at) => {
      if (role !== 0) this.set(persons[at] as number, role);
    });
  }
}

/** Spreads neighbouring numbers over all 32 bits. */
export function spread(number: number): number {
  const mixed = Math.imul(number, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
