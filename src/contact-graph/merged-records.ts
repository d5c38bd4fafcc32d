import type { LabelOf } from './instances.js';
import { rows, type Tx } from './neo4j.js';
import type { SlotContents } from './ports.js';

/** Records that are of one person, by what names a record; the person goes by the one that counts. */
class OnePerson<Name extends number | string> {
  readonly #counts = new Map<Name, Name>();
  readonly #others = new Map<Name, Name[]>();

  /** @param pairs a record and the one it points to. */
  constructor(pairs: readonly (readonly [Name, Name])[]) {
    const into = new Map(pairs);
    for (const [record] of pairs) {
      let counting = record;
      // Records that point at one another in a circle name nobody: each counts for itself.
      for (let steps = 0; into.has(counting) && steps <= pairs.length; steps++) counting = into.get(counting) as Name;
      if (into.has(counting)) continue;
      this.#counts.set(record, counting);
      const others = this.#others.get(counting);
      if (others) others.push(record);
      else this.#others.set(counting, [record]);
    }
  }

  /** Nobody has several records. */
  get none(): boolean {
    return this.#counts.size === 0;
  }

  /** What a record's person goes by. */
  of(record: Name): Name {
    return this.#counts.get(record) ?? record;
  }

  /** Every record of a person of several. */
  all(): Name[] {
    return [...this.#others].flatMap(([counting, others]) => [counting, ...others]);
  }

  /** All records of a person, the one that counts first. */
  recordsOf(person: Name): Name[] {
    return [person, ...(this.#others.get(person) ?? [])];
  }

  /** What is said of records, by person; entries of one person are joined. */
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
 * Records that are of one person: traces know each person by the number of the record whose id counts. There are few,
 * so all of them are read for every trace.
 */
export class MergedRecords extends OnePerson<number> {
  static async read(tx: Tx, label: LabelOf): Promise<MergedRecords> {
    const found = await rows<{ record: number; other: number }>(
      tx,
      `MATCH (p:Person)-[:${label('SAME_AS')}]->(q:Person) RETURN p.number AS record, q.number AS other`,
    );
    return new MergedRecords(found.map(({ record, other }) => [record, other]));
  }

  /** A slot with its people instead of their records. */
  renamed(slot: SlotContents): SlotContents {
    if (this.none || !slot.persons.some((record) => this.of(record) !== record)) return slot;
    return { ...slot, persons: slot.persons.map((record) => this.of(record)) };
  }
}

/** The same by ids, for questions: they are asked and answered by these. */
export class MergedIds extends OnePerson<string> {
  static async read(tx: Tx, label: LabelOf): Promise<MergedIds> {
    const found = await rows<{ record: string; other: string }>(
      tx,
      // Without labels it begins with these relationships, whatever else the graph holds.
      `MATCH (p)-[:${label('SAME_AS')}]->(q) RETURN p.id AS record, q.id AS other ORDER BY record`,
    );
    return new MergedIds(found.map(({ record, other }) => [record, other]));
  }

  /** All records of whoever a record is of, the one that counts first. */
  with(record: string): string[] {
    return this.recordsOf(this.of(record));
  }
}
