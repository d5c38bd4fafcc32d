import type { Driver } from 'neo4j-driver';
import { DEFAULT_STAY_MINUTES } from '../domain/place.js';
import { inTransaction, int, rows } from './neo4j.js';
import { OutOfStep } from './checkpoints.js';

const CACHED = 2_000_000;

export interface NumberedPlace {
  number: number;
  /** Minutes that a visit without a check-out lasts here. */
  stayMinutes: number;
}

/**
 * Gives people and places their numbers, small and dense, before the work is split among writers. One lock in the
 * graph makes it one sequencer however many projectors run; a number once given never changes in this graph.
 */
export class Numbering {
  readonly #people = new Map<string, number>();
  readonly #places = new Map<string, NumberedPlace>();

  constructor(
    private readonly driver: Driver,
    private readonly epoch: string,
  ) {}

  person(id: string): number {
    const number = this.#people.get(id);
    if (number === undefined) throw new Error(`person ${id} has no number yet`);
    return number;
  }

  place(id: string): NumberedPlace {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`place ${id} has no number yet`);
    return place;
  }

  /** Sees to it that all of these have numbers. */
  async ensure(people: Iterable<string>, places: Iterable<string>): Promise<void> {
    const newPeople = unknown(people, this.#people);
    const newPlaces = unknown(places, this.#places);
    if (newPeople.length > 0) {
      const found = await this.#number('Person', newPeople);
      found.forEach((row, i) => this.#people.set(newPeople[i] as string, row.number));
    }
    if (newPlaces.length > 0) {
      const found = await this.#number('Place', newPlaces);
      found.forEach((row, i) =>
        this.#places.set(newPlaces[i] as string, {
          number: row.number,
          stayMinutes: row.stay ?? DEFAULT_STAY_MINUTES,
        }),
      );
    }
  }

  /** A place's own length of stay became known. */
  setStay(placeId: string, minutes: number | null): void {
    this.place(placeId).stayMinutes = minutes ?? DEFAULT_STAY_MINUTES;
  }

  async #number(label: 'Person' | 'Place', ids: string[]): Promise<{ number: number; stay: number | null }[]> {
    return inTransaction(this.driver, 'write', async (tx) => {
      // The write takes the lock: whoever comes second sees the numbers that the first gave.
      const [counter] = await rows<{ next: number; epoch: string }>(
        tx,
        `MATCH (g:Graph {name: 'contact'}) SET g.numbering = true
         RETURN g.next${label} AS next, g.epoch AS epoch`,
      );
      if (counter?.epoch !== this.epoch) throw new OutOfStep('the graph was rebuilt');
      const [known] = await rows<{ numbers: (number | null)[]; stays: (number | null)[] }>(
        tx,
        `UNWIND $ids AS id OPTIONAL MATCH (n:${label} {id: id})
         RETURN collect(coalesce(n.number, -1)) AS numbers, collect(coalesce(n.stayMinutes, -1)) AS stays`,
        { ids },
      );
      let next = counter.next;
      const numbers = (known?.numbers ?? []).map((number) => (number === null || number < 0 ? next++ : number));
      const created = ids.flatMap((id, i) =>
        (numbers[i] as number) >= counter.next ? [[id, int(numbers[i] as number)]] : [],
      );
      if (created.length > 0) {
        await tx.run(`UNWIND $created AS row CREATE (:${label} {id: row[0], number: row[1]})`, { created });
        await tx.run(`MATCH (g:Graph {name: 'contact'}) SET g.next${label} = $next`, { next: int(next) });
      }
      return numbers.map((number, i) => {
        const stay = known?.stays[i] ?? -1;
        return { number, stay: stay < 0 ? null : stay };
      });
    });
  }
}

function unknown(ids: Iterable<string>, known: Map<string, unknown>): string[] {
  if (known.size > CACHED) known.clear();
  const missing = new Set<string>();
  for (const id of ids) if (!known.has(id)) missing.add(id);
  return [...missing];
}
