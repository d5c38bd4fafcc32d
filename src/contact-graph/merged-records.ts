import type { LabelOf } from './instances.js';
import { rows, type Tx } from './neo4j.js';
import type { SlotContents } from './ports.js';

/** Groups records of one person; the person is identified by the record that counts, the one the others point to. */
class OnePerson<Name extends number | string> {
  readonly #counts = new Map<Name, Name>();
  readonly #others = new Map<Name, Name[]>();

  /** @param pairs each a record and the record that it points to. */
  constructor(pairs: readonly (readonly [Name, Name])[]) {
    const into = new Map(pairs);
    for (const [record] of pairs) {
      let counting = record;
      // Records that point to one another in a circle identify nobody: each counts for itself.
      for (let steps = 0; into.has(counting) && steps <= pairs.length; steps++) counting = into.get(counting) as Name;
      if (into.has(counting)) continue;
      this.#counts.set(record, counting);
      const others = this.#others.get(counting);
      if (others) others.push(record);
      else this.#others.set(counting, [record]);
    }
  }

  /** Whether nobody has several records. */
  get none(): boolean {
    return this.#counts.size === 0;
  }

  /** The record that identifies this record's person. */
  of(record: Name): Name {
    return this.#counts.get(record) ?? record;
  }

  /** All records of people with several records. */
  all(): Name[] {
    return [...this.#others].flatMap(([counting, others]) => [counting, ...others]);
  }

  /** All records of a person, the one that counts first. */
  recordsOf(person: Name): Name[] {
    return [person, ...(this.#others.get(person) ?? [])];
  }

  /** Regroups entries of records by person; entries of one person are concatenated. */
  byPerson<T>(found: Iterable<readonly [Name, readonly T[]]>): Map<Name, T[]> {
    const joined = new Map<Name, T[]>();
    for (const [record, said] of found) {
      const person = this.of(record);
      const known = joined.get(person);
      if (known) known.push(...said);
      else joined.set(person, [...said]);
    }
    return joined;
  }
}

/**
 * Merged records by number: traces identify each person by the number of the record whose id counts. There are few, so
 * every trace reads all of them.
 */
export class MergedRecords extends OnePerson<number> {
  static async read(tx: Tx, label: LabelOf): Promise<MergedRecords> {
    const found = await rows<{ record: number; other: number }>(
      tx,
      // Without labels, the plan begins with these relationships, whatever else the graph holds.
      `MATCH (p)-[:${label('SAME_AS')}]->(q) RETURN p.number AS record, q.number AS other`,
    );
    return new MergedRecords(found.map(({ record, other }) => [record, other]));
  }

  /** The slot with numbers of people in place of numbers of records. */
  renamed(slot: SlotContents): SlotContents {
    if (this.none || !slot.persons.some((record) => this.of(record) !== record)) return slot;
    return { ...slot, persons: slot.persons.map((record) => this.of(record)) };
  }
}

/** Merged records by id, for queries, which take and return ids. */
export class MergedIds extends OnePerson<string> {
  static async read(tx: Tx, label: LabelOf): Promise<MergedIds> {
    const found = await rows<{ record: string; other: string }>(
      tx,
      // Without labels, the plan begins with these relationships, whatever else the graph holds.
      `MATCH (p)-[:${label('SAME_AS')}]->(q) RETURN p.id AS record, q.id AS other ORDER BY record`,
    );
    return new MergedIds(found.map(({ record, other }) => [record, other]));
  }

  /** All records of this record's person, the one that counts first. */
  with(record: string): string[] {
    return this.recordsOf(this.of(record));
  }
}
