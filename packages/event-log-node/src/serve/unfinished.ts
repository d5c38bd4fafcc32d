const MIB = 1024 * 1024;
/** Bytes of appends that have begun and not ended, of one call and of all; their callers alone know whether they ever will. */
const MOST_OF_A_CALL = 8 * MIB;
const MOST_IN_ALL = 64 * MIB;
/** Of one connection: what a call may hold beside a message of the largest size, and less than half of all. */
const MOST_OF_A_CONNECTION = 25 * MIB;
/** Of whoever has named no user, who has nothing to say that is not whole at once. */
const OF_STRANGERS = { inAll: MIB, ofAConnection: 64 * 1024 };
/** Milliseconds for which a call may hold some of them and send nothing: others wait for the room that it takes. */
const MOST_IDLE = 30_000;

/** As grpc-js names it: address and port, which are one connection's as long as it holds anything. */
interface OfAConnection {
  getPeer(): string;
}

/** What all calls of a node hold of unfinished appends. */
export class Unfinished {
  private held = 0;
  private readonly connections = new Map<string, number>();

  /**
   * @param inAll bytes.
   * @param idle milliseconds.
   * @param ofAConnection bytes.
   */
  constructor(
    private readonly inAll = MOST_IN_ALL,
    private readonly idle = MOST_IDLE,
    private readonly ofAConnection = MOST_OF_A_CONNECTION,
  ) {}

  /** Room of their own for those who have named no user: they take none from others. */
  static ofStrangers(): Unfinished {
    return new Unfinished(OF_STRANGERS.inAll, MOST_IDLE, OF_STRANGERS.ofAConnection);
  }

  get bytes(): number {
    return this.held;
  }

  /** The account of one call. @param onIdle called when the call has held something for too long and sent nothing. */
  open(call: OfAConnection, onIdle?: () => void, ofACall = MOST_OF_A_CALL): HeldBytes {
    let own = 0;
    let peer: string | undefined;
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
        peer ??= call.getPeer();
        const ofConnection = (this.connections.get(peer) ?? 0) + bytes;
        const fits = own + bytes <= ofACall && ofConnection <= this.ofAConnection && this.held + bytes <= this.inAll;
        if (!fits) return false;
        own += bytes;
        this.count(peer, bytes);
        watch();
        return true;
      },
      release: (bytes = own) => {
        own -= bytes;
        if (peer !== undefined) this.count(peer, -bytes);
        watch();
      },
    };
  }

  private count(peer: string, bytes: number): void {
    this.held += bytes;
    const ofConnection = (this.connections.get(peer) ?? 0) + bytes;
    if (ofConnection === 0) this.connections.delete(peer);
    else this.connections.set(peer, ofConnection);
  }
}

export interface HeldBytes {
  /** Whether there is room for so many more; they count until they are released. */
  take(bytes: number): boolean;
  /** All of them when not said. */
  release(bytes?: number): void;
}
