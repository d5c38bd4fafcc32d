/** Bytes of appends that have begun and not ended, of one call and of all; their callers alone know whether they ever will. */
const MOST_OF_A_CALL = 8 * 1024 * 1024;
const MOST_IN_ALL = 64 * 1024 * 1024;
/** Milliseconds for which a call may hold some of them and send nothing: others wait for the room that it takes. */
const MOST_IDLE = 30_000;

/** What all calls of a node hold of unfinished appends. */
export class Unfinished {
  private held = 0;

  /**
   * @param inAll bytes.
   * @param idle milliseconds.
   */
  constructor(
    private readonly inAll = MOST_IN_ALL,
    private readonly idle = MOST_IDLE,
  ) {}

  get bytes(): number {
    return this.held;
  }

  /** The account of one call. @param onIdle called when the call has held something for too long and sent nothing. */
  open(onIdle?: () => void, ofACall = MOST_OF_A_CALL): HeldBytes {
    let own = 0;
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      if (own === 0) {
        clearTimeout(timer);
        timer = undefined;
      } else if (timer) timer.refresh();
      else if (onIdle) timer = setTimeout(onIdle, this.idle).unref();
    };
    return {
      take: (bytes) => {
        if (own + bytes > ofACall || this.held + bytes > this.inAll) return false;
        own += bytes;
        this.held += bytes;
        watch();
        return true;
      },
      release: (bytes = own) => {
        own -= bytes;
        this.held -= bytes;
        watch();
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
