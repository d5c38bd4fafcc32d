import type { Driver } from './driver.js';
import { firstByType } from '../event-log/aside-notes.js';
import { comparePositions, type EventStore, type Position } from '../event-log/event-store.js';
import { passedByAll, readGraphState } from './checkpoints.js';
import { GraphNotReady } from './gate.js';
import { inTransaction } from './neo4j.js';
import { readSetAside } from './set-aside.js';
import { standingIn } from './standing.js';

const LOOK_EVERY = 5_000;
/** Milliseconds without progress behind the log after which the graph counts as down. */
const TOO_LONG = 60_000;

export interface GraphHealth {
  /** Why answers may be incomplete or unavailable; omitted if all is well. */
  degraded?: string;
  /** Why the graph cannot be relied on. */
  down?: string;
  /** Number of events that are set aside. */
  setAside: number;
  /** The log position of the first event that is set aside, by type of event. */
  firstSetAside: ReadonlyMap<string, number>;
  /** Seconds without progress behind the log; 0 while the graph moves or has caught up. */
  standsStill: number;
}

/** Checks the graph regularly, since only repeated checks show whether it makes progress. */
export class GraphWatch {
  #position: Position | undefined;
  #movedAt: number;
  #looking: Promise<GraphHealth> | undefined;
  #health: { at: number; health: GraphHealth } | undefined;
  readonly #timer: NodeJS.Timeout;

  /**
   * @param types of the events that the graph takes.
   * @param now the time in milliseconds.
   */
  constructor(
    private readonly driver: Driver,
    private readonly store: Pick<EventStore, 'isBehind'>,
    private readonly types: readonly string[],
    private readonly now: () => number = () => performance.now(),
    /** Counts the events set aside that nobody has accepted. */
    private readonly notAccepted: (leftOut: readonly { id: string }[]) => Promise<number> = (all) =>
      Promise.resolve(all.length),
  ) {
    this.#movedAt = now();
    this.#timer = setInterval(() => void this.look().catch(() => undefined), LOOK_EVERY);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The result of the last check. */
  get last(): GraphHealth | undefined {
    return this.#health?.health;
  }

  /** Checks now; concurrent callers share one check. @throws the errors of graph or log. */
  look(): Promise<GraphHealth> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<GraphHealth> {
    const { position, setAside, unready } = await this.#read();
    const leftOut = setAside > 0 ? await readSetAside(this.driver) : [];
    const unsettled = leftOut.length > 0 ? await this.notAccepted(leftOut) : 0;
    const behind = await this.store.isBehind(position, this.types);
    const before = this.#position;
    const moved = position && !(before && comparePositions(position, before) === 0);
    if (!behind || moved) this.#movedAt = this.now();
    this.#position = position;
    const still = this.now() - this.#movedAt;
    const standsStill = Math.floor(still / 1000);
    const health: GraphHealth = { setAside, firstSetAside: firstByType(leftOut), standsStill };
    if (still >= TOO_LONG) {
      health.down = `it is behind the log and has made no progress for ${standsStill} s: see the log of the projector, and npx truyvet projections status`;
    } else if (unready !== undefined) health.degraded = unready;
    else if (unsettled > 0) {
      health.degraded = `${unsettled} ${unsettled === 1 ? 'event is' : 'events are'} set aside: see npx truyvet projections status`;
    }
    this.#health = { at: this.now(), health };
    return health;
  }

  async #read(): Promise<{ position: Position | undefined; setAside: number; unready?: string }> {
    try {
      const state = await readGraphState(this.driver);
      if (!state) return { position: undefined, setAside: 0, unready: 'it is empty, and a projector has to fill it' };
      const standing = await inTransaction(this.driver, 'read', standingIn);
      const position = passedByAll(state.passed);
      const setAside = standing?.setAside ?? 0;
      const left = state.instances.filter((each) => each.state === 'left').map(({ name }) => name);
      const unready = state.filling
        ? 'it is being filled from the log'
        : left.length > 0
          ? `${left.join(', ')} ${left.length === 1 ? 'is' : 'are'} being rebuilt`
          : undefined;
      return { position, setAside, ...(unready !== undefined && { unready }) };
    } catch (error) {
      if (error instanceof GraphNotReady) return { position: undefined, setAside: 0, unready: error.message };
      throw error;
    }
  }
}
