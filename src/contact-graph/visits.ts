import { eachNumber, firstDiaryOf, holding, personOfDiary, recordsIn } from './diary.js';
import type { Driver } from './driver.js';
import type { LabelOf } from './instances.js';
import { inTransaction, int, ints, rows } from './neo4j.js';
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
  /** Bits of the id of the event that says so. */
  event: number;
}

/** Identifies a visit among those of its person, and the person by number. */
export interface VisitOf {
  visit: VisitKey;
  person: number;
}

/** A visit as the graph holds it, pending writes included. */
export interface VisitState {
  key: number;
  /** Number in the slots: unique among the person's visits. */
  number: number;
  person: number;
  place: number;
  /** Seconds; equal for a visit without a stay. */
  from: number;
  to: number;
  open: boolean;
  seatRow: number | null;
  /** Bits of the ids of the events applied to it: a further copy of one of them changes nothing. */
  events: readonly number[];
  /** No fact was applied to it yet, and the graph does not hold it. */
  untouched: boolean;
  /** Another visit whose key has the same lower bits. */
  next: VisitState | undefined;
}

const NO_EVENTS: readonly number[] = [];
/** More visits than all batches under way change: their states must be found until they are in the graph. */
const KEPT = 100_000;
const DIARIES_AT_ONCE = 10_000;

/**
 * Provides the state of every visit in the graph, as the diaries hold it. Only visits from before this process started,
 * or from long ago, cost a query: a filter distinguishes them from new ones, which are nearly all.
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
  async load(diariesAtOnce = DIARIES_AT_ONCE): Promise<void> {
    for (let after = -1; ;) {
      const read = await inTransaction(this.driver, 'read', (tx) =>
        rows<{ key: number; packed: Int8Array }>(
          tx,
          `MATCH (d:${this.label('Diary')}) WHERE d.key > $after WITH d ORDER BY d.key LIMIT $most
           RETURN d.key AS key, d.packed AS packed`,
          { after: int(after), most: int(diariesAtOnce) },
        ),
      );
      for (const { key, packed } of read) {
        after = Math.max(after, key);
        eachNumber(packed, (own, number) => {
          this.#seen.add(own);
          if (number !== own) this.#seen.add(number);
        });
      }
      if (read.length < diariesAtOnce) return;
    }
  }

  /** The states of these visits, in the same order; each visit has one shared object, which the caller changes. */
  async of(visits: readonly VisitOf[]): Promise<VisitState[]> {
    this.#turn();
    const states = new Array<VisitState>(visits.length);
    const unsure: number[] = [];
    visits.forEach(({ visit, person }, i) => {
      const known = this.#find(visit.key, visit.number, person);
      if (known) states[i] = known;
      else if (this.#seen.has(visit.number)) unsure.push(i);
      else states[i] = this.#add(visit.key, visit.number, person);
    });
    if (unsure.length > 0) {
      const asked = unsure.map((i) => visits[i] as VisitOf);
      await this.#lookUp(asked.map(({ person, visit }) => ({ person, number: visit.number })));
      for (const i of unsure) {
        const { visit, person } = visits[i] as VisitOf;
        states[i] = this.#find(visit.key, visit.number, person) ?? (await this.#addBeside(visit, person));
      }
    }
    return states;
  }

  /** The states of the visits in the graph that have these numbers in slots. */
  async numbered(asked: readonly { person: number; number: number }[]): Promise<VisitState[]> {
    const wanted = new Set(asked.map(({ person, number }) => `${number} of ${person}`));
    const found = asked.length === 0 ? [] : await this.#lookUp(asked);
    return found.filter(({ person, number }) => wanted.has(`${number} of ${person}`));
  }

  /** Reads all visits of these people with these numbers, or with keys that give these numbers. */
  async #lookUp(asked: readonly { person: number; number: number }[]): Promise<VisitState[]> {
    const wanted = new Map<number, Set<number>>();
    for (const { person, number } of asked) wanted.set(person, (wanted.get(person) ?? new Set()).add(number));
    const found = await inTransaction(this.driver, 'read', (tx) =>
      rows<{ keys: number[]; packed: Int8Array[] }>(
        tx,
        `UNWIND $people AS first MATCH (d:${this.label('Diary')}) WHERE d.key >= first AND d.key < first + $stretches
         WITH first, d ORDER BY d.key
         RETURN collect(d.key) AS keys, collect(d.packed) AS packed, first`,
        { people: ints([...wanted.keys()].map(firstDiaryOf)), stretches: int(firstDiaryOf(1)) },
      ),
    );
    return found.flatMap(({ keys, packed }) => {
      const person = personOfDiary(keys[0] as number);
      return this.#take(person, wanted.get(person) ?? new Set(), keys, packed);
    });
  }

  /** Takes the visits with these numbers from all diaries of a person, which are in the order of time. */
  #take(
    person: number,
    numbers: ReadonlySet<number>,
    keys: readonly number[],
    packed: readonly Int8Array[],
  ): VisitState[] {
    const known = new Map<number, VisitState>();
    const taken = new Map<number, VisitState>();
    const diaries = keys.map((key, i) => recordsIn(key, packed[i] as Int8Array));
    for (const records of diaries) {
      for (const { key, number, event } of records) {
        const own = numberOfKey(key);
        if (!numbers.has(number) && !numbers.has(own)) continue;
        if (known.has(key)) continue;
        let state = taken.get(key);
        if (!state) {
          const before = this.#find(key, own, person);
          if (before) {
            known.set(key, before);
            continue;
          }
          taken.set(key, (state = this.#insert(key, number, person)));
          state.untouched = false;
        }
        if (!state.events.includes(event)) state.events = [...state.events, event];
      }
    }
    for (const { key, place, from, to, imputed, seatRow } of diaries.flatMap(holding)) {
      const state = taken.get(key);
      if (!state) continue;
      if (from === to) {
        if (state.from === state.to) state.seatRow = seatRow;
        continue;
      }
      // A stay over a boundary goes on in the next diary.
      if (state.from === state.to) state.from = from;
      Object.assign(state, { place, to, open: imputed, seatRow });
    }
    return [...known.values(), ...taken.values()];
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
  async #addBeside({ key, number }: VisitKey, person: number): Promise<VisitState> {
    let free = number;
    while (this.#taken(free, person)) {
      free = (free + 1) >>> 0;
      if (this.#seen.has(free)) await this.#lookUp([{ person, number: free }]);
    }
    return this.#add(key, free, person);
  }

  #add(key: number, number: number, person: number): VisitState {
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

  #insert(key: number, number: number, person: number): VisitState {
    if (number !== numberOfKey(key)) this.#moved.add(`${number} of ${person}`);
    return this.#keep({
      key,
      number,
      person,
      place: 0,
      from: 0,
      to: 0,
      open: false,
      seatRow: null,
      events: NO_EVENTS,
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

/** The visit's stay in the graph after a fact; seconds, `from` equal to `to` if it has none. */
export function stayAfter(state: VisitState, fact: VisitFact): Pick<VisitState, 'place' | 'from' | 'to' | 'open'> {
  const { place, from, to, open } = fact;
  if (place === 0 || from >= to) return { place, from: 0, to: 0, open: place !== 0 && open };
  if (fact.checkIn && open && !state.open && state.place === place) {
    // A check-in that comes after the check-out changes nothing.
    if (state.from !== state.to && state.from === from) return { place, from, to: state.to, open: false };
  }
  return { place, from, to, open };
}
