import { placeKindOf, sharedAt, type Shared } from './place-facts.js';
import type { Driver } from './driver.js';
import { comparePositions, type Position } from '../event-log/event-store.js';
import { graphStateIn, OutOfStep, passedBy } from './checkpoints.js';
import { labelling, served, type LabelOf } from './instances.js';
import { inTransaction, int, ints, rows, rowsInTurn, type Tx } from './neo4j.js';
import { joinParts, placeOfSlot, RECORD_BYTES, unpack } from './packed.js';
import type { Nearness, SeatedStay, SlotContents, TestOf, TracedPerson, TraceGraph } from './ports.js';
import { MergedRecords } from './merged-records.js';
import { TRACED, VISITS } from './reads.js';
import { SlotCache } from './slot-cache.js';
import { isNamedAlike, standingIn } from './standing.js';

const NAMES_KEPT = 2_000_000;
/** Bytes of slot contents, and number of names, requested as one record. */
const GROUP_BYTES = 24_576;
const GROUP_NAMES = 500;
/** How often a slot is reread after a part of it was missed. */
const ATTEMPTS = 5;

/** A group's slots: each one's open part, its number of closed parts, and its total length in bytes. */
interface Packed {
  keys: number[];
  packed: (Int8Array | never[])[];
  parts: number[];
  lengths: number[];
  /** Keys of the slots with numbered seats. */
  seated: number[];
}

type Asked = readonly { number: number; after: number }[];

/** What a worker keeps between traces: contents of slots, and the ids that belong to numbers. */
export class TraceCache {
  readonly slots: SlotCache;
  readonly people = new Map<number, string>();
  readonly places = new Map<number, string>();
  #epoch = '';

  /** @param bytes for the contents of slots. */
  constructor(bytes: number) {
    this.slots = new SlotCache(bytes);
  }

  /** @param visits which build of the rows of visits is read: of another one, a slot of the same length may differ. */
  enter(epoch: string, visits: string): void {
    this.slots.enter(`${epoch} ${visits}`);
    if (epoch !== this.#epoch || this.people.size > NAMES_KEPT) this.people.clear();
    if (epoch !== this.#epoch || this.places.size > NAMES_KEPT) this.places.clear();
    this.#epoch = epoch;
  }
}

/**
 * Lets a trace read the graph in one transaction, and ensures that everything it read belongs to one graph.
 * @param past the position that the graph must have passed.
 * @param run runs again if a projection was rebuilt meanwhile and its new rows replaced the old ones.
 * @throws OutOfStep when the graph has not passed it, or was emptied meanwhile, which makes the result invalid.
 */
export async function withTraceGraph<T>(
  driver: Driver,
  cache: TraceCache,
  run: (graph: TraceGraph) => Promise<T>,
  past?: Position,
): Promise<T> {
  for (;;) {
    const outcome = await inTransaction(driver, 'trace', async (tx) => {
      const graph = await graphStateIn(tx);
      if (!graph) throw new OutOfStep('there is no graph yet');
      const passed = passedBy(graph, TRACED);
      if (past && !(passed && comparePositions(passed, past) >= 0)) throw new OutOfStep('the graph was rebuilt');
      const visits = served(graph.instances).find(({ name }) => name === VISITS);
      cache.enter(graph.epoch, visits?.made ?? '');
      // Names everything that the trace reads, from a single look.
      const named = tracedOf(served(graph.instances));
      const label = labelling(named.served);
      const outcome = await run(new Neo4jTraceGraph(tx, cache, label, await MergedRecords.read(tx, label))).then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      );
      // A transaction sees what others commit meanwhile. Emptying a graph changes its epoch before anything else.
      const asked = standingIn(tx);
      const after = 'error' in outcome ? await asked.catch(() => undefined) : await asked;
      // Replaced rows are removed from the moment of their replacement: what lacks some of them is no error.
      if (after && !isNamedAlike(named, tracedOf(after.served))) return undefined;
      if ('error' in outcome) throw outcome.error;
      if (after?.epoch !== graph.epoch) throw new OutOfStep('the graph was emptied during the trace');
      return outcome;
    });
    if (outcome) return outcome.result;
  }
}

function tracedOf<Each extends { name: string }>(rows: readonly Each[]): { served: Each[] } {
  return { served: rows.filter(({ name }) => TRACED.includes(name)) };
}

class Neo4jTraceGraph implements TraceGraph {
  /** Lengths in bytes of the slots found so far, by key. */
  readonly #lengths = new Map<number, number>();
  /** Neo4j's internal node ids of the slots found, by key: looking up a node by this id costs next to nothing. */
  readonly #nodes = new Map<number, number>();
  /** Keys of the slots found that have numbered seats. */
  readonly #seated = new Set<number>();

  constructor(
    private readonly tx: Tx,
    private readonly cache: TraceCache,
    private readonly label: LabelOf,
    private readonly merged: MergedRecords,
  ) {}

  async person(personId: string): Promise<TracedPerson | undefined> {
    const [person] = await rows<{ number: number }>(
      this.tx,
      'MATCH (p:Person {id: $personId}) RETURN p.number AS number',
      { personId },
    );
    if (!person) return undefined;
    const number = this.merged.of(person.number);
    const isolations = await this.isolations([number]);
    return { number, isolations: isolations.get(number) ?? [] };
  }

  async slotsOf(persons: Asked, before: number | null): Promise<number[]> {
    if (persons.length === 0) return [];
    const [found] = await rows<{ keys: number[]; nodes: number[]; lengths: number[]; seated: number[] }>(
      this.tx,
      `UNWIND $asked AS row MATCH (p:Person {number: row[0]})-[a:${this.label('AT')}]->(s:${this.label('Slot')})
       WHERE a.to > row[1] AND a.from < $before
       WITH DISTINCT s
       RETURN collect(s.key) AS keys, collect(id(s)) AS nodes, collect(s.length) AS lengths,
              collect(CASE WHEN s.seats THEN s.key END) AS seated`,
      { asked: this.#pairs(persons), before: int(before ?? 2 ** 32) },
    );
    found?.keys.forEach((key, i) => {
      this.#lengths.set(key, found.lengths[i] ?? 0);
      this.#nodes.set(key, found.nodes[i] as number);
    });
    found?.seated.forEach((key) => this.#seated.add(key));
    return found?.keys ?? [];
  }

  async slots(keys: readonly number[]): Promise<Map<number, SlotContents>> {
    const contents = new Map<number, SlotContents>();
    const missing: number[] = [];
    for (const key of keys) {
      const cached = this.cache.slots.get(key, this.#lengths.get(key) ?? -1);
      if (cached) contents.set(key, this.merged.renamed(cached));
      else missing.push(key);
    }
    await this.#find(missing.filter((key) => !this.#nodes.has(key)));
    const found = missing.filter((key) => this.#nodes.has(key));
    if (found.length === 0) return contents;
    let again: number[] = [];
    for await (const { keys: read, packed, parts, lengths, seated } of rowsInTurn<Packed>(
      this.tx,
      `UNWIND $groups AS nodes
       CALL (nodes) {
         UNWIND nodes AS node MATCH (s:${this.label('Slot')}) WHERE id(s) = node
         RETURN collect(s.key) AS read, collect(coalesce(s.packed, [])) AS packed, collect(coalesce(s.parts, 0)) AS parts,
                collect(coalesce(s.length, 0)) AS lengths, collect(CASE WHEN s.seats THEN s.key END) AS seated
       }
       RETURN read AS keys, packed, parts, lengths, seated`,
      { groups: this.#grouped(found).map((keys) => ints(keys.map((key) => this.#nodes.get(key) as number))) },
    )) {
      seated.forEach((key) => this.#seated.add(key));
      read.forEach((key, i) => {
        const whole = parts[i] === 0 && this.#keep(contents, key, [packed[i] as Int8Array | never[]], lengths[i] ?? 0);
        if (!whole) again.push(key);
      });
    }
    for (let attempt = 1; again.length > 0; attempt++) {
      if (attempt > ATTEMPTS) throw new OutOfStep('slots of the graph are shorter than it says');
      again = await this.#readParts(again, contents);
    }
    return contents;
  }

  /** Looks up the nodes of slots that `slotsOf` did not find: only the lingering air of a stay reaches into them. */
  async #find(keys: readonly number[]): Promise<void> {
    if (keys.length === 0) return;
    const found = await rows<{ key: number; node: number }>(
      this.tx,
      `UNWIND $keys AS key MATCH (s:${this.label('Slot')} {key: key}) RETURN key, id(s) AS node`,
      { keys: ints(keys) },
    );
    for (const { key, node } of found) this.#nodes.set(key, node);
  }

  /** Reads slots that have several parts, the open part last. Returns the keys of those with a missed part. */
  async #readParts(keys: readonly number[], contents: Map<number, SlotContents>): Promise<number[]> {
    const missed: number[] = [];
    for await (const { key, parts, packed, length } of rowsInTurn<{
      key: number;
      parts: Int8Array[];
      packed: Int8Array | null;
      length: number;
    }>(
      this.tx,
      `UNWIND $keys AS key MATCH (s:${this.label('Slot')} {key: key})
       OPTIONAL MATCH (s)-[:${this.label('PART')}]->(part:${this.label('SlotPart')})
       WITH s, part ORDER BY part.index
       RETURN s.key AS key, collect(part.packed) AS parts, s.packed AS packed, coalesce(s.length, 0) AS length`,
      { keys: ints(keys) },
    )) {
      if (!this.#keep(contents, key, packed ? [...parts, packed] : parts, length)) missed.push(key);
    }
    return missed;
  }

  /**
   * Keeps what was read of a slot, unless a part is missing. A query sees what others commit while it runs: if a part
   * is closed between the reads of the closed parts and of the open part, both reads miss it. Slots only grow, so the
   * length reveals a missing part.
   */
  #keep(
    contents: Map<number, SlotContents>,
    key: number,
    parts: readonly (Int8Array | never[])[],
    least: number,
  ): boolean {
    const bytes = parts.filter((part) => part instanceof Int8Array);
    const length = bytes.reduce((sum, part) => sum + part.byteLength, 0);
    if (length < Math.max(least, this.#lengths.get(key) ?? 0)) return false;
    const slot = unpack(joinParts(bytes));
    contents.set(key, this.merged.renamed(slot));
    this.cache.slots.set(key, length, slot);
    return true;
  }

  /** Groups slots so that each group's contents fit into one or two network packets. */
  #grouped(keys: readonly number[]): number[][] {
    const groups: number[][] = [];
    let room = 0;
    for (const key of keys) {
      const length = this.#lengths.get(key) ?? 0;
      if (length > room || groups.length === 0) {
        groups.push([]);
        room = GROUP_BYTES;
      }
      groups[groups.length - 1]?.push(key);
      room -= length + RECORD_BYTES;
    }
    return groups;
  }

  async nearness(persons: Asked, before: number | null): Promise<Map<number, Nearness[]>> {
    if (persons.length === 0) return new Map();
    const found = await rows<{ person: number; met: [number, number, number, number][] }>(
      this.tx,
      `UNWIND $asked AS row MATCH (p:Person {number: row[0]})-[n:${this.label('NEAR')}]-(o:Person)
       WHERE n.to > row[1] AND n.from < $before
       RETURN row[0] AS person, collect([o.number, n.from, n.to, coalesce(n.distance, -1)]) AS met`,
      { asked: this.#pairs(persons), before: int(before ?? 2 ** 32) },
    );
    return this.merged.byPerson(
      found.map(({ person, met }) => [
        person,
        met.map(([other, from, to, distance]) => ({ other: this.merged.of(other), from, to, distance })),
      ]),
    );
  }

  async isolations(persons: readonly number[]): Promise<Map<number, number[]>> {
    const isolations = this.label('Person.isolations');
    const found = await rows<{ number: number; isolations: number[] }>(
      this.tx,
      `UNWIND $persons AS number MATCH (p:Person {number: number}) WHERE p.${isolations} IS NOT NULL
       RETURN p.number AS number, p.${isolations} AS isolations`,
      { persons: ints(this.#records(persons)) },
    );
    return this.merged.byPerson(found.map(({ number, isolations }) => [number, isolations]));
  }

  async tests(persons: readonly number[], disease: string): Promise<Map<number, TestOf[]>> {
    const found = await rows<{ number: number; tests: [number, TestOf['outcome'], number | null][] }>(
      this.tx,
      `UNWIND $persons AS number MATCH (p:Person {number: number})<-[:OF]-(t:${this.label('Test')} {disease: $disease})
       WHERE t.outcome <> 'retracted'
       RETURN number, collect([t.collectedAt, t.outcome, t.ct]) AS tests`,
      { persons: ints(this.#records(persons)), disease },
    );
    return this.merged.byPerson(
      found.map(({ number, tests }) => [
        number,
        tests.map(([collectedAt, outcome, ct]) => ({ collectedAt, outcome, ct })),
      ]),
    );
  }

  async seats(keys: readonly number[]): Promise<Map<number, Map<number, SeatedStay[]>>> {
    const numbered = keys.filter((key) => this.#seated.has(key));
    if (numbered.length === 0) return new Map();
    const found = await rows<{ key: number; stays: [number, number, number, number | null][] }>(
      this.tx,
      `UNWIND $keys AS key MATCH (s:${this.label('Slot')} {key: key})<-[a:${this.label('AT')}]-(p:Person)
       RETURN key, collect([p.number, a.from, a.to, a.seat]) AS stays`,
      { keys: ints(numbered) },
    );
    return new Map(
      found.map(({ key, stays }) => [
        key,
        this.merged.byPerson(stays.map(([record, from, to, row]) => [record, [{ from, to, row }]])),
      ]),
    );
  }

  async sharedIn(keys: readonly number[]): Promise<Map<number, Shared>> {
    const places = [...new Set(keys.map(placeOfSlot))];
    if (places.length === 0) return new Map();
    const [ruled, kinds] = await Promise.all([
      rows<{ kind: string; shares: Shared | 'nothing' | null }>(
        this.tx,
        `MATCH (k:${this.label('PlaceKind')}) WHERE k.shares IS NOT NULL RETURN k.kind AS kind, k.shares AS shares`,
      ),
      rows<{ number: number; kind: string }>(
        this.tx,
        `UNWIND $places AS number MATCH (p:Place {number: number})
         WHERE p.${this.label('Place.kind')} IS NOT NULL RETURN number, p.${this.label('Place.kind')} AS kind`,
        { places: ints(places) },
      ),
    ]);
    const rules = new Map(ruled.map(({ kind, shares }) => [kind, shares]));
    const sharedBy = new Map<number, Shared>();
    for (const { number, kind } of kinds) {
      const name = placeKindOf(kind);
      const shared = sharedAt(name, rules.get(name));
      if (shared) sharedBy.set(number, shared);
    }
    const found = new Map<number, Shared>();
    for (const key of keys) {
      const shared = sharedBy.get(placeOfSlot(key));
      if (shared) found.set(key, shared);
    }
    return found;
  }

  async households(persons: readonly number[]): Promise<Map<number, number[]>> {
    const found = await rows<{ number: number; others: number[] }>(
      this.tx,
      `UNWIND $persons AS number MATCH (p:Person {number: number})-[:${this.label('LIVES_IN')}]->(:${this.label('Household')})<-[:${this.label('LIVES_IN')}]-(o:Person)
       RETURN number, collect(o.number) AS others`,
      { persons: ints(this.#records(persons)) },
    );
    const joined = this.merged.byPerson(
      found.map(({ number, others }) => [number, others.map((other) => this.merged.of(other))]),
    );
    // Two records of one person may name different households with the same other members.
    for (const [person, others] of joined) {
      joined.set(
        person,
        [...new Set(others)].filter((other) => other !== person),
      );
    }
    return joined;
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
      const groups: unknown[] = [];
      for (let i = 0; i < missing.length; i += GROUP_NAMES) groups.push(ints(missing.slice(i, i + GROUP_NAMES)));
      for await (const { read, ids } of rowsInTurn<{ read: number[]; ids: string[] }>(
        this.tx,
        `UNWIND $groups AS numbers
         CALL (numbers) {
           UNWIND numbers AS number MATCH (n:${label} {number: number})
           RETURN collect(n.number) AS read, collect(n.id) AS ids
         }
         RETURN read, ids`,
        { groups },
      )) {
        read.forEach((number, i) => cache.set(number, ids[i] as string));
      }
    }
    return cache;
  }

  /** Every record of these people, each with the requested instant. */
  #pairs(persons: Asked) {
    return persons.flatMap(({ number, after }) =>
      this.merged.recordsOf(number).map((record) => [int(record), int(after)]),
    );
  }

  #records(persons: readonly number[]): number[] {
    return persons.flatMap((person) => this.merged.recordsOf(person));
  }
}
