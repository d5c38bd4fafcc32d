/** Links of which visits are counted at a time. */
const COUNTED = 10_000;

/** Lets each key through so many times in a stretch of time; of very many keys those seen last are counted. */
export class RateLimit {
  readonly #seen = new Map<string, { since: number; times: number }>();

  /** @param now milliseconds. */
  constructor(
    private readonly times: number,
    private readonly milliseconds: number,
    private readonly now: () => number,
  ) {}

  passes(key: string): boolean {
    const now = this.now();
    let entry = this.#seen.get(key);
    if (!entry || now - entry.since >= this.milliseconds) entry = { since: now, times: 0 };
    entry.times++;
    this.#seen.delete(key);
    this.#seen.set(key, entry);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= COUNTED) break;
      this.#seen.delete(oldest);
    }
    return entry.times <= this.times;
  }
}
