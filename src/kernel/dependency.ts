/** Something that is opened from `From` when it is first used, and then shared. */
export interface Dependency<From, T> {
  readonly name: string;
  open(from: From): T;
}

/** The open dependencies of one process, by name. */
export class OpenDependencies<From> {
  readonly #open: Map<string, unknown>;

  /** @param given dependencies that are already open. */
  constructor(given: Iterable<readonly [name: string, value: unknown]> = []) {
    this.#open = new Map(given);
  }

  of<T>({ name, open }: Dependency<From, T>, from: From): T {
    if (!this.#open.has(name)) this.#open.set(name, open(from));
    return this.#open.get(name) as T;
  }
}
