import type { Driver } from './driver.js';
import type { LabelOf } from './instances.js';
import { inTransaction, int, rows } from './neo4j.js';
import { asNumbers, clip, placeOfSlot, type Segment } from './packed.js';
import type { NumberedPerson } from './numbering.js';
import { SeenFilter } from './seen-filter.js';
import { numberOfKey, type VisitKey } from './visit-key.js';

/** The current facts of a visit according to the log; instants in seconds. */
export interface VisitFact {
  /** Number of the place, 0 when the visit is retracted. */
  place: number;
  from: number;
  to: number;
  /** `to` is imputed, since no check-out is known. */
  open: boolean;
  /** A check-in, which never reopens a stay whose end is known. */
  checkIn: boolean;
  /** Row of the seat; null if none is known, undefined to keep the known one. */
  seatRow: number | null | undefined;
}

/** A visit as the graph holds it, pending writes included. */
export interface VisitState {
  key: number;
  /** Number in the slots: unique among the person's visits. */
  number: number;
  person: number;
  /** Neo4j's internal id of the person's node. */
  node: number;
  place: number;
  open: boolean;
  seatRow: number | null;
  segments: Segment[];
  /** No fact was applied to it yet, and the graph does not hold it. */
  untouched: boolean;
  /** Another visit whose key has the same lower bits. */
  next: VisitState | undefined;
}

const KEPT = 250_000;
const SLOTS_AT_ONCE = 5_000;

/**
 * Provides the state of every visit in the graph. Only visits from before this process started, or from long ago, cost
 * a query: a filter distinguishes them from new ones, which are nearly all.
 */
export class Visits {
  readonly #seen = new SeenFilter();
  #recent = new Map<number, VisitState>();
  #older = new Map<number, VisitState>();
  #recentSize = 0;
  /** Numbers, by person, of the very few visits that could not have the number of their key. */
  readonly #moved = new Set<string>();

  /** @param label the names of one build of the visits' rows. */
  constructor(
    private readonly driver: Driver,
    private readonly label: LabelOf,
  ) {}

  /**
   * Reads which visits the graph holds; must be called once, before the first batch. It uses many short reads, since
   * one read of the whole graph could exceed the operator's own transaction timeout.
   */
  async load(slotsAtOnce = SLOTS_AT_ONCE): Promise<void> {
    for (let after = -1; ;) {
      const read = await inTransaction(this.driver, 'read', (tx) =>
        rows<{ key: number; packed: Int8Array | null; parts: Int8Array[] }>(
          tx,
          `MATCH (s:${this.label('Slot')}) WHERE s.key > $after WITH s ORDER BY s.key LIMIT $most
           OPTIONAL MATCH (s)-[:${this.label('PART')}]->(part:${this.label('SlotPart')})
           RETURN s.key AS key, s.packed AS packed, collect(part.packed) AS parts`,
          { after: int(after), most: int(slotsAtOnce) },
        ),
      );
      for (const { key, packed, parts } of read) {
        after = Math.max(after, key);
        for (const bytes of packed ? [packed, ...parts] : parts) {
          const numbers = asNumbers(bytes);
          for (let i = 0; i < numbers.length; i += 4) this.#seen.add(numbers[i] as number);
        }
      }
      if (read.length < slotsAtOnce) return;
    }
  }

  /** The states of these visits, in the same order; each visit has one shared object, which the caller changes. */
  async of(visits: readonly { visit: VisitKey; person: NumberedPerson }[]): Promise<VisitState[]> {
    this.#turn();
    const states = new Array<VisitState>(visits.length);
    const unsure: number[] = [];
    visits.forEach(({ visit, person }, i) => {
      const known = this.#find(visit.key, visit.number, person.number);
      if (known) states[i] = known;
      else if (this.#seen.has(visit.number)) unsure.push(i);
      else states[i] = this.#add(visit.key, visit.number, person);
    });
    if (unsure.length > 0) {
      const asked = unsure.map((i) => visits[i] as { visit: VisitKey; person: NumberedPerson });
      await this.#lookUp(asked.map(({ visit, person }) => ({ person, number: visit.number })));
      for (const i of unsure) {
        const { visit, person } = visits[i] as { visit: VisitKey; person: NumberedPerson };
        states[i] = this.#find(visit.key, visit.number, person.number) ?? (await this.#addBeside(visit, person));
      }
    }
    return states;
  }

  /** Reads all visits of these people with these numbers. */
  async #lookUp(asked: readonly { person: NumberedPerson; number: number }[]): Promise<void> {
    const found = await inTransaction(this.driver, 'read', (tx) =>
      rows<{
        person: number;
        node: number;
        key: number;
        number: number;
        slots: number[];
        from: number[];
        to: number[];
        open: boolean;
        seatRow: number | null;
      }>(
        tx,
        `UNWIND $asked AS row MATCH (p:Person)-[a:${this.label('AT')}]->(s:${this.label('Slot')})
         WHERE id(p) = row[0] AND (a.v % 4294967296 = row[1] OR a.n = row[1])
         RETURN p.number AS person, id(p) AS node, a.v AS key, coalesce(a.n, a.v % 4294967296) AS number, collect(s.key) AS slots,
                collect(a.from) AS from, collect(a.to) AS to, any(x IN collect(a.open) WHERE x) AS open,
                max(a.seat) AS seatRow`,
        { asked: asked.map(({ person, number }) => [int(person.node), int(number)]) },
      ),
    );
    for (const row of found) {
      if (this.#find(row.key, numberOfKey(row.key), row.person)) continue;
      const state = this.#insert(row.key, row.number, { number: row.person, node: row.node });
      state.untouched = false;
      state.open = row.open;
      state.seatRow = row.seatRow;
      state.place = placeOfSlot(row.slots[0] as number);
      state.segments = row.slots
        .map((key, i) => ({ key, from: row.from[i] as number, to: row.to[i] as number }))
        .sort((a, b) => a.from - b.from);
    }
  }

  #find(key: number, bucket: number, person: number): VisitState | undefined {
    for (let state = this.#recent.get(bucket); state; state = state.next) {
      if (state.key === key && state.person === person) return state;
    }
    let before: VisitState | undefined;
    for (let state = this.#older.get(bucket); state; before = state, state = state.next) {
      if (state.key !== key || state.person !== person) continue;
      // A reused state is kept: its changes may still be pending, and a query would not see them yet.
      if (before) before.next = state.next;
      else if (state.next) this.#older.set(bucket, state.next);
      else this.#older.delete(bucket);
      return this.#keep(state);
    }
    return undefined;
  }

  /** Adds a new visit whose number another visit may have: it takes the next free number. */
  async #addBeside({ key, number }: VisitKey, person: NumberedPerson): Promise<VisitState> {
    let free = number;
    while (this.#taken(free, person.number)) {
      free = (free + 1) >>> 0;
      if (this.#seen.has(free)) await this.#lookUp([{ person, number: free }]);
    }
    return this.#add(key, free, person);
  }

  #add(key: number, number: number, person: NumberedPerson): VisitState {
    const own = numberOfKey(key);
    this.#seen.add(own);
    if (number !== own) this.#seen.add(number);
    return this.#insert(key, number, person);
  }

  #taken(number: number, person: number): boolean {
    if (this.#moved.has(`${number} of ${person}`)) return true;
    for (const map of [this.#recent, this.#older]) {
      for (let state = map.get(number); state; state = state.next) {
        if (state.person === person && state.number === number) return true;
      }
    }
    return false;
  }

  #insert(key: number, number: number, { number: person, node }: NumberedPerson): VisitState {
    if (number !== numberOfKey(key)) this.#moved.add(`${number} of ${person}`);
    return this.#keep({
      key,
      number,
      person,
      node,
      place: 0,
      open: false,
      seatRow: null,
      segments: [],
      untouched: true,
      next: undefined,
    });
  }

  #keep(state: VisitState): VisitState {
    const bucket = numberOfKey(state.key);
    state.next = this.#recent.get(bucket);
    this.#recent.set(bucket, state);
    this.#recentSize++;
    return state;
  }

  #turn(): void {
    if (this.#recentSize < KEPT) return;
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#recentSize = 0;
  }
}

/** The visit's segments in the graph after a fact. */
export function segmentsAfter(state: VisitState, fact: VisitFact): { segments: Segment[]; open: boolean } {
  if (fact.place === 0) return { segments: [], open: false };
  if (fact.checkIn && fact.open && !state.open && state.place === fact.place) {
    const known = state.segments[state.segments.length - 1];
    const began = state.segments[0];
    // A copy of the check-in that comes after the check-out changes nothing.
    if (known && began?.from === fact.from) return { segments: state.segments, open: false };
  }
  return { segments: clip(fact.place, fact.from, fact.to), open: fact.open };
}
