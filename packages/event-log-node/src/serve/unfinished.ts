const MIB = 1024 * 1024;
/**
 * Bytes of unfinished appends, of one call and of all calls. Only their callers know whether they will ever finish
 * them.
 */
const MOST_OF_A_CALL = 8 * MIB;
const MOST_IN_ALL = 64 * MIB;
/** Bytes of one connection: what a call may hold beside a message of the largest size. Less than half of the total. */
const MOST_OF_A_CONNECTION = 25 * MIB;
/** Bytes for callers without credentials. Their messages are so small that they arrive in one piece. */
const OF_STRANGERS = { inAll: MIB, ofAConnection: 64 * 1024 };
/** Milliseconds for which a call may hold bytes and send nothing, because other calls wait for that memory. */
const MOST_IDLE = 30_000;

/** grpc-js names the peer by address and port, which belong to one connection as long as it holds anything. */
interface OfAConnection {
  getPeer(): string;
}

/** Counts the bytes of unfinished appends that all calls of a node hold. */
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

  /** Separate memory for callers without credentials, so that they take none from others. */
  static ofStrangers(): Unfinished {
    return new Unfinished(OF_STRANGERS.inAll, MOST_IDLE, OF_STRANGERS.ofAConnection);
  }

  get bytes(): number {
    return this.held;
  }

  /** Opens the account of one call. @param onIdle called when the call has held bytes for too long and sent nothing. */
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
  /** Takes this many more bytes if there is room, and answers whether there was. They count until they are released. */
  take(bytes: number): boolean;
  /** Releases this many bytes; all by default. */
  release(bytes?: number): void;
}
