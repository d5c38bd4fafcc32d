import { rows, type Tx } from './neo4j.js';
import type { SlotContents } from './ports.js';

/**
 * Records that are of one person: traces know each person by the number of the record whose id counts. There are few,
 * so all of them are read for every trace.
 */
export class MergedRecords {
  readonly #counts = new Map<number, number>();
  readonly #others = new Map<number, number[]>();

  /** @param pairs a record's number and that of the one it points to. */
  constructor(pairs: readonly (readonly [number, number])[]) {
    const into = new Map(pairs);
    for (const [record] of pairs) {
      let counting = record;
      // Records that point at one another in a circle name nobody: each counts for itself.
      for (let steps = 0; into.has(counting) && steps <= pairs.length; steps++) counting = into.get(counting) as number;
      if (into.has(counting)) continue;
      this.#counts.set(record, counting);
      const others = this.#others.get(counting);
      if (others) others.push(record);
      else this.#others.set(counting, [record]);
    }
  }

  static async read(tx: Tx): Promise<MergedRecords> {
    const found = await rows<{ record: number; other: number }>(
      tx,
      'MATCH (p:Person)-[:SAME_AS]->(q:Person) RETURN p.number AS record, q.number AS other',
    );
    return new MergedRecords(found.map(({ record, other }) => [record, other]));
  }

  /** The number that a record's person goes by. */
  of(record: number): number {
    return this.#counts.get(record) ?? record;
  }

  /** Every record of a person of several. */
  all(): number[] {
    return [...new Set([...this.#others].flat(2))];
  }

  /** All records of a person. */
  recordsOf(person: number): number[] {
    return [person, ...(this.#others.get(person) ?? [])];
  }

  /** What is said of records, by person; entries of one person are joined. */
  byPerson<T>(found: Iterable<readonly [number, readonly T[]]>): Map<number, T[]> {
    const joined = new Map<number, T[]>();
    for (const [record, said] of found) {
      const person = this.of(record);
      const known = joined.get(person);
      if (known) known.push(...said);
      else joined.set(person, [...said]);
    }
    return joined;
  }

  /** A slot with its people instead of their records. */
  renamed(slot: SlotContents): SlotContents {
    if (this.#counts.size === 0 || !slot.persons.some((record) => this.#counts.has(record))) return slot;
    return { ...slot, persons: slot.persons.map((record) => this.of(record)) };
  }
}
