import type { City } from '../../src/entrypoints/demo/city.js';
import { clip, placeOfSlot } from '../../src/contact-graph/packed.js';
import type {
  AskedPerson,
  Movements,
  PersonFacts,
  SlotContents,
  StayDays,
  TraceGraph,
} from '../../src/contact-graph/ports.js';
import { personId, placeId } from './cities.js';

/**
 * The floor of a trace: the same engine over a city in typed arrays, with every slot sorted and every name available.
 * Places are numbered from 1, as in the graph.
 */
export class MemoryGraph implements TraceGraph {
  readonly #slots = new Map<number, SlotContents>();
  /** Slots of each person in time order: the index of the first one in the columns below, by person. */
  readonly #starts: Uint32Array;
  readonly #keys: Float64Array;
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  readonly #people = new Map<number, string>();

  constructor(city: City) {
    const counts = new Map<number, number>();
    this.#starts = new Uint32Array(city.people + 1);
    forEachSegment(city, (person, key) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      this.#starts[person + 1] = (this.#starts[person + 1] as number) + 1;
    });
    for (let i = 0; i < city.people; i++) this.#starts[i + 1] = this.#at(i + 1) + this.#at(i);
    const total = this.#at(city.people);
    this.#keys = new Float64Array(total);
    this.#from = new Uint32Array(total);
    this.#to = new Uint32Array(total);
    for (const [key, size] of counts) {
      const columns = () => new Uint32Array(size);
      this.#slots.set(key, { persons: columns(), from: columns(), to: columns(), imputed: null, longest: 0 });
      counts.set(key, 0);
    }
    const next = this.#starts.slice();
    forEachSegment(city, (person, key, from, to) => {
      const at = next[person] as number;
      next[person] = at + 1;
      this.#keys[at] = key;
      this.#from[at] = from;
      this.#to[at] = to;
      const slot = this.#slots.get(key) as SlotContents;
      const filled = counts.get(key) as number;
      counts.set(key, filled + 1);
      slot.persons[filled] = person;
      slot.from[filled] = from;
      slot.to[filled] = to;
      slot.longest = Math.max(slot.longest, to - from);
    });
    for (const slot of this.#slots.values()) sort(slot);
    for (let i = 0; i < city.people; i++) this.#people.set(i, personId(i));
  }

  person(id: string): Promise<number> {
    return Promise.resolve(Number(id.slice('person-'.length)));
  }

  people(persons: readonly AskedPerson[], before: number | null): Promise<Map<number, PersonFacts>> {
    return Promise.resolve(
      new Map(
        persons.map(({ number, after }) => [
          number,
          { stays: this.#staysOf(number, after, before), nearness: [], isolations: [], tests: [], household: [] },
        ]),
      ),
    );
  }

  movements(persons: readonly AskedPerson[], before: number | null): Promise<Map<number, Movements>> {
    return this.people(persons, before);
  }

  #staysOf(number: number, after: number, before: number | null): StayDays {
    const stays: StayDays = { keys: [], from: [], to: [] };
    for (let i = this.#at(number); i < this.#at(number + 1); i++) {
      const from = this.#from[i] as number;
      const to = this.#to[i] as number;
      if (to <= after || (before !== null && from >= before)) continue;
      stays.keys.push(this.#keys[i] as number);
      stays.from.push(from);
      stays.to.push(to);
    }
    return stays;
  }

  slots(keys: readonly number[]): Promise<Map<number, SlotContents>> {
    return Promise.resolve(new Map(keys.map((key) => [key, this.#slots.get(key) as SlotContents])));
  }

  seats(): ReturnType<TraceGraph['seats']> {
    return Promise.resolve(new Map());
  }

  sharedIn(): ReturnType<TraceGraph['sharedIn']> {
    return Promise.resolve(new Map());
  }

  personIds(): Promise<Map<number, string>> {
    return Promise.resolve(this.#people);
  }

  placeIds(keys: readonly number[]): Promise<Map<number, string>> {
    return Promise.resolve(new Map(keys.map((key) => [key, placeId(placeOfSlot(key) - 1)])));
  }

  #at(person: number): number {
    return this.#starts[person] as number;
  }
}

function forEachSegment(city: City, visit: (person: number, key: number, from: number, to: number) => void): void {
  for (let i = 0; i < city.persons.length; i++) {
    const from = city.from[i] as number;
    const to = city.to[i] as number;
    const place = (city.placeOf[i] as number) + 1;
    for (const segment of clip(place, from, to)) {
      visit(city.persons[i] as number, segment.key, segment.from, segment.to);
    }
  }
}

/** Visits are sorted by arrival, except that those that last past midnight come after the first of the next day. */
function sort(slot: SlotContents): void {
  const { persons, from, to } = slot;
  const order = Array.from(from.keys()).sort((a, b) => (from[a] as number) - (from[b] as number) || a - b);
  for (const column of [persons, from, to]) {
    const before = column.slice();
    order.forEach((old, i) => (column[i] = before[old] as number));
  }
}
