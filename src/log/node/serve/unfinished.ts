/** Bytes of appends that have begun and not ended, of one call and of all; their callers alone know whether they ever will. */
const MOST_OF_A_CALL = 8 * 1024 * 1024;
const MOST_IN_ALL = 64 * 1024 * 1024;

/** What all calls of a node hold of unfinished appends. */
export class Unfinished {
  private held = 0;

  /** @param inAll bytes. */
  constructor(private readonly inAll = MOST_IN_ALL) {}

  get bytes(): number {
    return this.held;
  }

  /** The account of one call. */
  open(ofACall = MOST_OF_A_CALL): HeldBytes {
    let own = 0;
    return {
      take: (bytes) => {
        if (own + bytes > ofACall || this.held + bytes > this.inAll) return false;
        own += bytes;
        this.held += bytes;
        return true;
      },
      release: (bytes = own) => {
        own -= bytes;
        this.held -= bytes;
      },
    };
  }
}

export interface HeldBytes {
  /** Whether there is room for so many more; they count until they are released. */
  take(bytes: number): boolean;
  /** All of them when not said. */
  release(bytes?: number): void;
}
