import type { EventStore } from '../event-log/event-store.js';
import type { RowKind } from './define-rows.js';
import type { Remark } from './remarks.js';

/** Finds people and places in rows that the log does not know: a misspelt id would create a new person or place. */
export class FirstSeen {
  readonly #looked = new Set<string>();

  /** @param lookUps the most ids to look up: each costs a read of the log, and a first file has only unknown people. */
  constructor(
    private readonly store: EventStore,
    private readonly lookUps: number,
  ) {}

  /** Whether no more ids are looked up, so that no row has remarks. */
  get isDone(): boolean {
    return this.#looked.size >= this.lookUps;
  }

  /** The new people and places in a row, each reported once. Call it before the row is stored. */
  async of<Row>(kind: Pick<RowKind, 'names'>, row: Row): Promise<Remark[]> {
    const remarks: Remark[] = [];
    for (const { key, isKnown, remark } of kind.names?.(row) ?? []) {
      if (this.isDone || this.#looked.has(key)) continue;
      this.#looked.add(key);
      if (!(await isKnown(this.store))) remarks.push(remark);
    }
    return remarks;
  }
}
