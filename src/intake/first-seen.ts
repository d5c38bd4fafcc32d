import type { EventStore } from '../event-log/event-store.js';
import type { RowKind } from './define-rows.js';
import type { Remark } from './remarks.js';

/** People and places that rows name and of which the log knows nothing: a misspelt id makes a person of its own. */
export class FirstSeen {
  readonly #looked = new Set<string>();

  /** @param lookUps ids looked up at most: each is a question to the log, and a first file is of unknown people only. */
  constructor(
    private readonly store: EventStore,
    private readonly lookUps: number,
  ) {}

  /** What a row names that is new, said of each once; asked before the row is stored. */
  async of<Row>(kind: Pick<RowKind, 'names'>, row: Row): Promise<Remark[]> {
    const remarks: Remark[] = [];
    for (const { key, isKnown, remark } of kind.names?.(row) ?? []) {
      if (this.#looked.size >= this.lookUps || this.#looked.has(key)) continue;
      this.#looked.add(key);
      if (!(await isKnown(this.store))) remarks.push(remark);
    }
    return remarks;
  }
}
