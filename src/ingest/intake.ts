import type { Kind, Row } from './rows.js';
import { storeLane, storing } from './store-rows.js';
import type { Origin, Outcome, Tools } from './tools.js';

export interface IntakeOptions {
  /** Once aborted, appends in flight are finished and no others begun. */
  signal?: AbortSignal;
  /** Rows a chunk holds, when not the kind's own number. */
  chunkRows?: number;
}

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
export class Intake<K extends Kind, Tag> {
  #lanes = new Map<string, Entry<Row<K>, Tag>[]>();
  #identities = new Map<string, string>();
  #rows = 0;
  #storing: Promise<void> = Promise.resolve();
  readonly #chunkRows: number;
  readonly #signal: AbortSignal | undefined;

  /** @param settled told once of every row added, when it is durable or refused; not of rows left by an abort. */
  constructor(
    private readonly tools: Tools,
    private readonly kind: K,
    private readonly origin: Origin,
    private readonly settled: (tag: Tag, outcome: Outcome) => void,
    options: IntakeOptions = {},
  ) {
    this.#chunkRows = options.chunkRows ?? storing[kind].chunkRows;
    this.#signal = options.signal;
  }

  /** Resolves when there is room for the next; rejects when storing failed. */
  async add(row: Row<K>, tag: Tag): Promise<void> {
    const { lane: laneOf, identity: identityOf } = storing[this.kind];
    const lane = laneOf(row, this.origin);
    const identity = identityOf?.(row);
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

  async #store(lanes: Map<string, Entry<Row<K>, Tag>[]>): Promise<void> {
    const waiting = lanes.values();
    let failed = false;
    const work = async (): Promise<void> => {
      for (const entries of waiting) {
        if (failed || this.#signal?.aborted) return;
        try {
          const rows = entries.map(({ row }) => row);
          const outcomes = await storeLane(this.tools, this.kind, rows, this.origin);
          entries.forEach(({ tag }, i) => {
            const outcome = outcomes[i];
            if (outcome) this.settled(tag, outcome);
          });
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const workers = Array.from({ length: Math.min(lanes.size, storing[this.kind].lanes) }, work);
    const results = await Promise.allSettled(workers);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  }
}
