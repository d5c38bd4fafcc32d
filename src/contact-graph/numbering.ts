import { DEFAULT_STAY_MINUTES, placeKindOf } from './place-facts.js';
import type { Driver } from './driver.js';
import type { LabelOf } from './instances.js';
import { inTransaction, int, rows } from './neo4j.js';
import { OutOfStep } from './checkpoints.js';

/** So many take some 60 megabytes each of people and of places. */
const CACHED = 500_000;

export interface NumberedPlace {
  number: number;
  /** Minutes that a visit without a check-out lasts here; null if the place does not define it. */
  ownStay: number | null;
  /** Normalised by `placeKindOf`; empty while nothing is known about the place. */
  kind: string;
}

/**
 * Assigns small, dense numbers to people and places before the work is split among writers. A lock in the graph makes
 * this a single sequencer however many projectors run. A number never changes within a graph, and nodes of people and
 * places are only ever deleted all at once, which begins another epoch.
 */
export class Numbering {
  readonly #people = new Map<string, number>();
  readonly #places = new Map<string, NumberedPlace>();
  /** Minutes that a visit without a check-out lasts, by kind of place. */
  #kinds = new Map<string, number>();

  constructor(
    private readonly driver: Driver,
    private readonly epoch: string,
    /** The names of the visits' rows for which it knows how long people stay. */
    private readonly label: LabelOf,
    /** The most people, and the most places, to cache. */
    private readonly most = CACHED,
  ) {}

  /** Reads the rules for kinds of places; must be called once, before the first batch. */
  async load(): Promise<void> {
    const ruled = await inTransaction(this.driver, 'read', (tx) =>
      rows<{ kind: string; stay: number }>(
        tx,
        `MATCH (r:${this.label('StayRule')}) WHERE r.stayMinutes IS NOT NULL RETURN r.kind AS kind, r.stayMinutes AS stay`,
      ),
    );
    this.#kinds = new Map(ruled.map(({ kind, stay }) => [kind, stay]));
  }

  /** @throws Error if the person has no number yet. */
  person(id: string): number {
    const person = this.#people.get(id);
    if (person === undefined) throw new Error(`person ${id} has no number yet`);
    return person;
  }

  /** @throws Error if the place has no number yet. */
  place(id: string): NumberedPlace {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`place ${id} has no number yet`);
    return place;
  }

  knowsPerson(id: string): boolean {
    return this.#people.has(id);
  }

  knowsPlace(id: string): boolean {
    return this.#places.has(id);
  }

  /** Whether the cache is larger than it should be. */
  get full(): boolean {
    return this.#people.size > this.most || this.#places.size > this.most;
  }

  /** Clears the cache of people and places; `ensure` reads them again. No batch under way may still need it. */
  forget(): void {
    this.#people.clear();
    this.#places.clear();
  }

  /**
   * Ensures that all of these have numbers.
   * @throws OutOfStep if the graph was rebuilt.
   */
  async ensure(people: Iterable<string>, places: Iterable<string>): Promise<void> {
    const newPeople = unknown(people, this.#people);
    const newPlaces = unknown(places, this.#places);
    if (newPeople.length > 0) {
      const found = await this.#number('Person', newPeople);
      found.forEach(({ number }, i) => this.#people.set(newPeople[i] as string, number));
    }
    if (newPlaces.length > 0) {
      const found = await this.#number('Place', newPlaces);
      found.forEach((row, i) =>
        this.#places.set(newPlaces[i] as string, {
          number: row.number,
          ownStay: row.stay,
          kind: placeKindOf(row.kind),
        }),
      );
    }
  }

  /** Minutes that a visit without a check-out lasts at a place. */
  stayAt({ ownStay, kind }: NumberedPlace): number {
    return ownStay ?? this.#kinds.get(kind) ?? DEFAULT_STAY_MINUTES;
  }

  stayOfKind(kind: string): number | null {
    return this.#kinds.get(kind) ?? null;
  }

  /** Updates the cached entry of a place with its own description. */
  describe(placeId: string, ownStay: number | null, kind: string): NumberedPlace {
    return Object.assign(this.place(placeId), { ownStay, kind: placeKindOf(kind) });
  }

  rule(kind: string, stayMinutes: number | null): void {
    if (stayMinutes === null) this.#kinds.delete(kind);
    else this.#kinds.set(kind, stayMinutes);
  }

  async #number(
    node: 'Person' | 'Place',
    ids: string[],
  ): Promise<{ number: number; stay: number | null; kind: string }[]> {
    return inTransaction(this.driver, 'write', async (tx) => {
      // The write takes the lock, so that a second process sees the numbers that the first assigned.
      const [counter] = await rows<{ next: number; epoch: string }>(
        tx,
        `MATCH (g:Graph {name: 'contact'}) SET g.numbering = true
         RETURN g.next${node} AS next, g.epoch AS epoch`,
      );
      if (counter?.epoch !== this.epoch) throw new OutOfStep('the graph was rebuilt');
      const [known] = await rows<{ numbers: number[]; stays: number[]; kinds: string[] }>(
        tx,
        `UNWIND $ids AS id OPTIONAL MATCH (n:${node} {id: id})
         RETURN collect(coalesce(n.number, -1)) AS numbers,
                collect(coalesce(n.${this.label('Place.stayMinutes')}, -1)) AS stays,
                collect(coalesce(n.${this.label('Place.kind')}, '')) AS kinds`,
        { ids },
      );
      if (!known) throw new Error('the graph did not return its numbers');
      const { numbers, stays, kinds } = known;
      const missing = ids.flatMap((_, i) => ((numbers[i] as number) < 0 ? [i] : []));
      if (missing.length > 0) {
        missing.forEach((i, at) => (numbers[i] = counter.next + at));
        await tx.run(`UNWIND $created AS row CREATE (n:${node} {id: row[0], number: row[1]})`, {
          created: missing.map((i) => [ids[i], int(numbers[i] as number)]),
        });
        await tx.run(`MATCH (g:Graph {name: 'contact'}) SET g.next${node} = $next`, {
          next: int(counter.next + missing.length),
        });
      }
      return ids.map((_, i) => {
        const stay = stays[i] as number;
        return {
          number: numbers[i] as number,
          stay: stay < 0 ? null : stay,
          kind: kinds[i] as string,
        };
      });
    });
  }
}

function unknown(ids: Iterable<string>, known: Map<string, unknown>): string[] {
  const missing = new Set<string>();
  for (const id of ids) if (!known.has(id)) missing.add(id);
  return [...missing];
}
