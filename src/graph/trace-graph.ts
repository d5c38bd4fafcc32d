import type { Driver } from 'neo4j-driver';
import { comparePositions, type Position } from '../log/event-store.js';
import { graphStateIn, OutOfStep, passedByAll } from './checkpoints.js';
import { inTransaction, int, ints, rows, type Tx } from './neo4j.js';
import { joinParts, placeOfSlot, unpack } from './packed.js';
import type { Nearness, SlotContents, TracedPerson, TraceGraph } from './ports.js';
import { SlotCache } from './slot-cache.js';

const NAMES_KEPT = 2_000_000;

type Asked = readonly { number: number; after: number }[];

/** What a worker keeps between traces: contents of slots, and the ids behind numbers. */
export class TraceCache {
  readonly slots: SlotCache;
  readonly people = new Map<number, string>();
  readonly places = new Map<number, string>();
  #epoch = '';

  /** @param bytes for the contents of slots. */
  constructor(bytes: number) {
    this.slots = new SlotCache(bytes);
  }

  enter(epoch: string): void {
    this.slots.enter(epoch);
    if (epoch !== this.#epoch || this.people.size > NAMES_KEPT) this.people.clear();
    if (epoch !== this.#epoch || this.places.size > NAMES_KEPT) this.places.clear();
    this.#epoch = epoch;
  }
}

/**
 * Lets a trace read the graph in one transaction, and be sure that it read all of one graph.
 * @param past what the graph must have passed.
 * @throws OutOfStep when it has not, or was emptied meanwhile: what was found then is no answer.
 */
export async function withTraceGraph<T>(
  driver: Driver,
  cache: TraceCache,
  run: (graph: TraceGraph) => Promise<T>,
  past?: Position,
): Promise<T> {
  return inTransaction(driver, 'read', async (tx) => {
    const graph = await graphStateIn(tx);
    if (!graph) throw new OutOfStep('there is no graph yet');
    const passed = passedByAll(graph.passed);
    if (past && !(passed && comparePositions(passed, past) >= 0)) throw new OutOfStep('the graph was rebuilt');
    cache.enter(graph.epoch);
    const result = await run(new Neo4jTraceGraph(tx, cache));
    // A transaction sees what others commit meanwhile; who empties a graph changes its epoch before anything else.
    const [after] = await rows<{ epoch: string }>(tx, "MATCH (g:Graph {name: 'contact'}) RETURN g.epoch AS epoch");
    if (after?.epoch !== graph.epoch) throw new OutOfStep('the graph was emptied during the trace');
    return result;
  });
}

class Neo4jTraceGraph implements TraceGraph {
  /** Lengths of the slots found so far, in bytes. */
  readonly #lengths = new Map<number, number>();

  constructor(
    private readonly tx: Tx,
    private readonly cache: TraceCache,
  ) {}

  async person(personId: string): Promise<TracedPerson | undefined> {
    const [person] = await rows<{ number: number; isolations: number[] }>(
      this.tx,
      'MATCH (p:Person {id: $personId}) RETURN p.number AS number, coalesce(p.isolations, []) AS isolations',
      { personId },
    );
    return person;
  }

  async slotsOf(persons: Asked, before: number | null): Promise<number[]> {
    if (persons.length === 0) return [];
    const [found] = await rows<{ keys: number[]; lengths: number[] }>(
      this.tx,
      `UNWIND $asked AS row MATCH (p:Person {number: row[0]})-[a:AT]->(s:Slot)
       WHERE a.to > row[1] AND a.from < $before
       WITH DISTINCT s
       RETURN collect(s.key) AS keys, collect(s.length) AS lengths`,
      { asked: pairs(persons), before: int(before ?? 2 ** 32) },
    );
    found?.keys.forEach((key, i) => this.#lengths.set(key, found.lengths[i] ?? 0));
    return found?.keys ?? [];
  }

  async slots(keys: readonly number[]): Promise<Map<number, SlotContents>> {
    const contents = new Map<number, SlotContents>();
    const missing: number[] = [];
    for (const key of keys) {
      const cached = this.cache.slots.get(key, this.#lengths.get(key) ?? -1);
      if (cached) contents.set(key, cached);
      else missing.push(key);
    }
    if (missing.length === 0) return contents;
    const [found] = await rows<{
      keys: number[];
      packed: (Int8Array | never[])[];
      long: number[];
      parts: Int8Array[][];
    }>(
      this.tx,
      `MATCH (s:Slot) WHERE s.key IN $keys
       OPTIONAL MATCH (s)-[:PART]->(part:SlotPart) WHERE s.parts IS NOT NULL
       WITH s, part ORDER BY s.key, part.index
       WITH s, collect(part.packed) AS parts
       WITH collect(s.key) AS keys, collect(coalesce(s.packed, [])) AS packed,
            collect(CASE WHEN size(parts) > 0 THEN [s.key, parts] END) AS split
       RETURN keys, packed, [x IN split | x[0]] AS long, [x IN split | x[1]] AS parts`,
      { keys: ints(missing) },
    );
    if (!found) return contents;
    const closed = new Map(found.long.map((key, i) => [key, found.parts[i] ?? []]));
    found.keys.forEach((key, i) => {
      const open = found.packed[i];
      const parts = [...(closed.get(key) ?? []), ...(open instanceof Int8Array ? [open] : [])];
      const slot = unpack(joinParts(parts));
      contents.set(key, slot);
      const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
      this.cache.slots.set(key, length, slot);
    });
    return contents;
  }

  async nearness(persons: Asked, before: number | null): Promise<Map<number, Nearness[]>> {
    if (persons.length === 0) return new Map();
    const found = await rows<{ person: number; met: [number, number, number, number][] }>(
      this.tx,
      `UNWIND $asked AS row MATCH (p:Person {number: row[0]})-[n:NEAR]-(o:Person)
       WHERE n.to > row[1] AND n.from < $before
       RETURN row[0] AS person, collect([o.number, n.from, n.to, coalesce(n.distance, -1)]) AS met`,
      { asked: pairs(persons), before: int(before ?? 2 ** 32) },
    );
    return new Map(
      found.map(({ person, met }) => [
        person,
        met.map(([other, from, to, distance]) => ({ other, from, to, distance })),
      ]),
    );
  }

  async isolations(persons: readonly number[]): Promise<Map<number, number[]>> {
    const found = await rows<{ number: number; isolations: number[] }>(
      this.tx,
      `UNWIND $persons AS number MATCH (p:Person {number: number}) WHERE p.isolations IS NOT NULL
       RETURN p.number AS number, p.isolations AS isolations`,
      { persons: ints(persons) },
    );
    return new Map(found.map(({ number, isolations }) => [number, isolations]));
  }

  personIds(numbers: readonly number[]): Promise<Map<number, string>> {
    return this.#names('Person', numbers, this.cache.people);
  }

  async placeIds(keys: readonly number[]): Promise<Map<number, string>> {
    const names = await this.#names('Place', [...new Set(keys.map(placeOfSlot))], this.cache.places);
    return new Map(keys.map((key) => [key, names.get(placeOfSlot(key)) ?? '']));
  }

  async #names(
    label: 'Person' | 'Place',
    numbers: readonly number[],
    cache: Map<number, string>,
  ): Promise<Map<number, string>> {
    const missing = numbers.filter((number) => !cache.has(number));
    if (missing.length > 0) {
      const [found] = await rows<{ numbers: number[]; ids: string[] }>(
        this.tx,
        `UNWIND $missing AS number MATCH (n:${label} {number: number})
         RETURN collect(n.number) AS numbers, collect(n.id) AS ids`,
        { missing: ints(missing) },
      );
      found?.numbers.forEach((number, i) => cache.set(number, found.ids[i] as string));
    }
    return cache;
  }
}

function pairs(persons: Asked) {
  return persons.map(({ number, after }) => [int(number), int(after)]);
}
