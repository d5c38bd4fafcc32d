import type { RowKind } from './define-rows.js';
import { storeLane } from './store-rows.js';
import type { Means } from '../requests/context.js';
import type { Origin, Outcome } from './outcome.js';

export interface IntakeOptions {
  /** When it aborts, running appends finish and no others begin. */
  signal?: AbortSignal;
  /** Rows in a chunk, instead of the kind's own number. */
  chunkRows?: number;
}

/**
 * The most rows that are being appended at once, however few lanes they have: each is an event in several encodings.
 */
const ROWS_IN_FLIGHT = 4_000;

/** A row with its tag. */
interface Entry<Row, Tag> {
  row: Row;
  tag: Tag;
}

/**
 * Stores rows in chunks. While one chunk is stored only the next one fills, so memory stays bounded. Many lanes of a
 * chunk are stored at once. A chunk begins only when the one before it is stored, so the rows of a lane always keep
 * their order.
 * @typeParam Tag identifies a row when its outcome is reported, such as its number.
 */
export class Intake<Row, Tag> {
  #lanes = new Map<string, Entry<Row, Tag>[]>();
  #identities = new Map<string, string>();
  #rows = 0;
  #storing: Promise<void> = Promise.resolve();
  readonly #chunkRows: number;
  readonly #signal: AbortSignal | undefined;

  /**
   * @param settled called once for every row that is durable or refused, but not for rows that an abort left undone.
   */
  constructor(
    private readonly means: Means,
    private readonly kind: Pick<RowKind, 'chunkRows' | 'lanes' | 'lane' | 'identity' | 'store'>,
    private readonly origin: Origin,
    private readonly settled: (tag: Tag, outcome: Outcome) => void,
    options: IntakeOptions = {},
  ) {
    this.#chunkRows = options.chunkRows ?? kind.chunkRows;
    this.#signal = options.signal;
  }

  /**
   * Adds a row.
   * @returns undefined when there is room for the next row, as for most. Otherwise what to wait for; it rejects when
   * storing failed.
   */
  add(row: Row, tag: Tag): Promise<void> | undefined {
    const lane = this.kind.lane(row, this.origin);
    const identity = this.kind.identity?.(row);
    if (identity !== undefined && (this.#identities.get(identity) ?? lane) !== lane) {
      return this.#turn().then(() => this.#put(lane, identity, { row, tag }));
    }
    return this.#put(lane, identity, { row, tag });
  }

  /** Resolves when every added row is settled. */
  async finish(): Promise<void> {
    await this.#turn();
    await this.#storing;
  }

  #put(lane: string, identity: string | undefined, entry: Entry<Row, Tag>): Promise<void> | undefined {
    if (identity !== undefined) this.#identities.set(identity, lane);
    const entries = this.#lanes.get(lane);
    if (entries) entries.push(entry);
    else this.#lanes.set(lane, [entry]);
    return ++this.#rows >= this.#chunkRows ? this.#turn() : undefined;
  }

  async #turn(): Promise<void> {
    await this.#storing;
    const lanes = this.#lanes;
    this.#lanes = new Map();
    this.#identities.clear();
    this.#rows = 0;
    this.#storing = this.#store(lanes);
    // The next call of `add` or `finish` reports the failure; until then it must not count as an unhandled rejection.
    this.#storing.catch(() => undefined);
  }

  async #store(chunk: Map<string, Entry<Row, Tag>[]>): Promise<void> {
    const { lanes: mostLanes } = this.kind;
    const failures: unknown[] = [];
    let lanesBusy = 0;
    let rowsBusy = 0;
    // Promise.race over all running lanes, each time, would cost more than storing them: a finished lane wakes the
    // waiter.
    let wake = (): void => undefined;
    const aLaneIsDone = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    const done = (rows: number): void => {
      lanesBusy--;
      rowsBusy -= rows;
      wake();
    };

    for (const [lane, entries] of chunk) {
      while (lanesBusy >= mostLanes || (lanesBusy > 0 && rowsBusy + entries.length > ROWS_IN_FLIGHT)) {
        await aLaneIsDone();
      }
      if (failures.length > 0 || this.#signal?.aborted) break;
      // Frees the memory of a lane before the chunk ends.
      chunk.delete(lane);
      lanesBusy++;
      rowsBusy += entries.length;
      const { length } = entries;
      this.#storeLane(entries).then(
        () => done(length),
        (error: unknown) => {
          failures.push(error);
          done(length);
        },
      );
    }
    while (lanesBusy > 0) await aLaneIsDone();
    if (failures.length > 0) throw failures[0];
  }

  async #storeLane(entries: readonly Entry<Row, Tag>[]): Promise<void> {
    const rows = entries.map(({ row }) => row);
    const outcomes = await storeLane(this.means, this.kind, rows, this.origin);
    entries.forEach(({ tag }, i) => {
      const outcome = outcomes[i];
      if (outcome) this.settled(tag, outcome);
    });
  }
}
