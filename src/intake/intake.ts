import type { RowKind } from './define-rows.js';
import { storeLane } from './store-rows.js';
import type { Means } from '../requests/context.js';
import type { Origin, Outcome } from './outcome.js';

export interface IntakeOptions {
  /** Once aborted, appends in flight are finished and no others begun. */
  signal?: AbortSignal;
  /** Rows a chunk holds, when not the kind's own number. */
  chunkRows?: number;
}

/** Rows on their way to the log at once, however few lanes they are of: each is an event with all its encodings. */
const ROWS_IN_FLIGHT = 4_000;

/** A row with what its sender knows it by. */
interface Entry<Row, Tag> {
  row: Row;
  tag: Tag;
}

/**
 * Takes rows in chunks: while one is stored the next fills, and no further, so memory stays bounded. The rows of a
 * chunk are stored many lanes at once; a chunk begins only when the one before it is stored, so rows of one lane
 * keep their order throughout.
 * @typeParam Tag what each outcome is reported with, such as the row's number.
 */
export class Intake<Row, Tag> {
  #lanes = new Map<string, Entry<Row, Tag>[]>();
  #identities = new Map<string, string>();
  #rows = 0;
  #storing: Promise<void> = Promise.resolve();
  readonly #chunkRows: number;
  readonly #signal: AbortSignal | undefined;

  /** @param settled told once of every row added, when it is durable or refused; not of rows left by an abort. */
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

  /** Resolves when there is room for the next; rejects when storing failed. */
  async add(row: Row, tag: Tag): Promise<void> {
    const lane = this.kind.lane(row, this.origin);
    const identity = this.kind.identity?.(row);
    if (identity !== undefined) {
      if ((this.#identities.get(identity) ?? lane) !== lane) await this.#turn();
      this.#identities.set(identity, lane);
    }
    const entries = this.#lanes.get(lane);
    if (entries) entries.push({ row, tag });
    else this.#lanes.set(lane, [{ row, tag }]);
    if (++this.#rows >= this.#chunkRows) await this.#turn();
  }

  /** Resolves when every row added is settled. */
  async finish(): Promise<void> {
    await this.#turn();
    await this.#storing;
  }

  async #turn(): Promise<void> {
    await this.#storing;
    const lanes = this.#lanes;
    this.#lanes = new Map();
    this.#identities.clear();
    this.#rows = 0;
    this.#storing = this.#store(lanes);
    // Whoever adds or finishes next is told of the failure; until then it is nobody's unhandled rejection.
    this.#storing.catch(() => undefined);
  }

  async #store(chunk: Map<string, Entry<Row, Tag>[]>): Promise<void> {
    const { lanes: mostLanes } = this.kind;
    const failures: unknown[] = [];
    let lanesBusy = 0;
    let rowsBusy = 0;
    // Racing all that is under way, each time, would cost more than storing it: whoever is done wakes the one waiter.
    let wake = (): void => undefined;
    const aLaneIsDone = (): Promise<void> => new Promise((resolve) => (wake = resolve));

    for (const [lane, entries] of chunk) {
      while (lanesBusy >= mostLanes || (lanesBusy > 0 && rowsBusy + entries.length > ROWS_IN_FLIGHT)) {
        await aLaneIsDone();
      }
      if (failures.length > 0 || this.#signal?.aborted) break;
      // What is stored need not be held until the chunk ends.
      chunk.delete(lane);
      lanesBusy++;
      rowsBusy += entries.length;
      void this.#storeLane(entries)
        .catch((error: unknown) => {
          failures.push(error);
        })
        .finally(() => {
          lanesBusy--;
          rowsBusy -= entries.length;
          wake();
        });
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
