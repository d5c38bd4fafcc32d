const PAGE = 65_536;

/** A number for each of few people among very many: pages exist only where somebody has one. 0 is none. */
export class Roles {
  readonly #pages: (Int32Array | undefined)[] = [];

  get(person: number): number {
    const page = this.#pages[person >>> 16];
    return page === undefined ? 0 : (page[person & (PAGE - 1)] as number);
  }

  set(person: number, role: number): void {
    const page = (this.#pages[person >>> 16] ??= new Int32Array(PAGE));
    page[person & (PAGE - 1)] = role;
  }
}
