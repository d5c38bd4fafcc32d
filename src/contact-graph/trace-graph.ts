import { placeKindOf, sharedAt, type Shared } from './place-facts.js';
import type { Driver } from './driver.js';
import { comparePositions, type Position } from '../event-log/event-store.js';
import { graphStateIn, OutOfStep, passedBy } from './checkpoints.js';
import { DiaryCache } from './diary-cache.js';
import { diaryKey, firstDiaryOf, stayDaysIn } from './diary.js';
import { labelling, served, type Instance, type LabelOf } from './instances.js';
import { inTransaction, int, ints, rows, rowsInTurn, type Tx } from './neo4j.js';
import { placeOfSlot, RECORD_BYTES, seatOf, unpack, unpackSeats, visitsIn, joinParts } from './packed.js';
import type {
  AskedPerson,
  Movements,
  Nearness,
  PersonFacts,
  SeatedStay,
  SlotContents,
  StayDays,
  TestOf,
  TraceGraph,
} from './ports.js';
import { MergedRecords } from './merged-records.js';
import { isReadable, TRACED, VISITS } from './reads.js';
import { SlotCache } from './slot-cache.js';
import { packedSlots } from './slot-reader.js';
import { isNamedAlike, standingIn } from './standing.js';

const NAMES_KEPT = 2_000_000;
/** Bytes of slot contents, number of names, and number of people, requested as one record. */
const GROUP_BYTES = 24_576;
const GROUP_NAMES = 500;
const GROUP_PEOPLE = 20;
/** Bytes that a slot is assumed to have before any was read. */
const USUAL_BYTES = 1_000;
/** Seconds; later than any instant. */
const NEVER = 2 ** 32;

/** A group's slots: each one's open part, its number of closed parts, and its total length in bytes. */
interface Packed {
  keys: number[];
  packed: (Int8Array | never[])[];
  parts: number[];
  lengths: number[];
  /** Keys of the slots with numbered seats. */
  seated: number[];
}

/** A record of a person, as the graph answers. */
interface Answered {
  number: number;
  /** Key, length in bytes and contents of each diary; the contents are empty if they are cached. */
  diaries: [number, number, Int8Array | never[]][];
  near: [number, number, number, number][];
}

interface AnsweredInFull extends Answered {
  isolations: number[] | null;
  tests: [number, TestOf['outcome'], number | null][];
  household: number[];
}

/** What a worker keeps between traces: contents of slots and diaries, and the ids that belong to numbers. */
export class TraceCache {
  readonly slots: SlotCache;
  readonly diaries: DiaryCache;
  readonly people = new Map<number, string>();
  readonly places = new Map<number, string>();
  /** Bytes that a slot usually has, by those read last. */
  usual = USUAL_BYTES;
  /** The builds that the last trace read. */
  served: Instance[] = [];
  #epoch = '';

  /** @param bytes for the contents of slots; diaries get a quarter of that in addition. */
  constructor(bytes: number) {
    this.slots = new SlotCache(bytes);
    this.diaries = new DiaryCache(Math.ceil(bytes / 4));
  }

  /** @param visits which build of the rows of visits is read: of another one, a slot of the same length may differ. */
  enter(epoch: string, visits: string): void {
    this.slots.enter(`${epoch} ${visits}`);
    this.diaries.enter(`${epoch} ${visits}`);
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
      // Sent together: the names of what is read are nearly always those of the trace before.
      const expected = cache.served;
      const [graph, early] = await Promise.all([
        graphStateIn(tx),
        lasting(tx, labelling(expected)).catch(() => undefined),
      ]);
      if (!graph) throw new OutOfStep('there is no graph yet');
      const old = served(graph.instances).find((each) => TRACED.includes(each.name) && !isReadable(each));
      if (old) throw new OutOfStep(`${old.name} is being rebuilt in another form`);
      const passed = passedBy(graph, TRACED);
      if (past && !(passed && comparePositions(passed, past) >= 0)) throw new OutOfStep('the graph was rebuilt');
      const visits = served(graph.instances).find(({ name }) => name === VISITS);
      cache.enter(graph.epoch, visits?.made ?? '');
      // Names everything that the trace reads, from a single look.
      const named = tracedOf(served(graph.instances));
      cache.served = named.served;
      const label = labelling(named.served);
      const known = early && isNamedAlike({ served: expected }, named) ? early : await lasting(tx, label);
      const outcome = await run(new Neo4jTraceGraph(tx, cache, label, known)).then(
        (result) => ({ result }),
        (error: unknown) => ({ error }),
      );
      // A transaction sees what others commit meanwhile. Emptying a graph changes its epoch before anything else.
      const asked = standingIn(tx, { ...graph, setAside: 0, served: served(graph.instances) });
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

/** What holds for the whole graph during a trace. */
interface Lasting {
  merged: MergedRecords;
  /** What people share at places of a kind, by the tenant's rules. */
  shares: ReadonlyMap<string, Shared | 'nothing'>;
}

async function lasting(tx: Tx, label: LabelOf): Promise<Lasting> {
  const [merged, ruled] = await Promise.all([
    MergedRecords.read(tx, label),
    rows<{ kind: string; shares: Shared | 'nothing' }>(
      tx,
      `MATCH (k:${label('PlaceKind')}) WHERE k.shares IS NOT NULL RETURN k.kind AS kind, k.shares AS shares`,
    ),
  ]);
  return { merged, shares: new Map(ruled.map(({ kind, shares }) => [kind, shares])) };
}

function tracedOf<Each extends { name: string }>(rows: readonly Each[]): { served: Each[] } {
  return { served: rows.filter(({ name }) => TRACED.includes(name)) };
}

class Neo4jTraceGraph implements TraceGraph {
  /** Keys of the slots found that have numbered seats. */
  readonly #seated = new Set<number>();
  /** What is cached of the diaries of the people asked for last: it must not go while the answer comes. */
  readonly #held = new Map<number, ReturnType<DiaryCache['of']>>();

  private readonly merged: MergedRecords;
  private readonly shares: Lasting['shares'];

  constructor(
    private readonly tx: Tx,
    private readonly cache: TraceCache,
    private readonly label: LabelOf,
    { merged, shares }: Lasting,
  ) {
    this.merged = merged;
    this.shares = shares;
  }

  async person(personId: string): Promise<number | undefined> {
    const [person] = await rows<{ number: number }>(
      this.tx,
      'MATCH (p:Person {id: $personId}) RETURN p.number AS number',
      { personId },
    );
    return person && this.merged.of(person.number);
  }

  async people(
    persons: readonly AskedPerson[],
    before: number | null,
    disease: string | null,
  ): Promise<Map<number, PersonFacts>> {
    const found = new Map<number, PersonFacts>();
    // People and tests have no labels here, and are reached from the person: see the queries on touched cases.
    const after = afterOf(persons);
    const answered = this.#ask<AnsweredInFull>(
      persons,
      before,
      `isolations: p.${this.label('Person.isolations')},
       tests: COLLECT {
         MATCH (p)<-[:OF]-(t) WHERE t.disease = $disease AND t.outcome <> 'retracted' AND $test IN labels(t)
         RETURN [t.collectedAt, t.outcome, t.ct]
       },
       household: COLLECT { MATCH (p)-[:${this.label('LIVES_IN')}]->()<-[:${this.label('LIVES_IN')}]-(o) RETURN o.number }`,
      { disease, test: this.label('Test') },
    );
    for await (const each of answered) {
      const { isolations, tests, household } = each;
      const person = this.merged.of(each.number);
      const others = household.map((other) => this.merged.of(other)).filter((other) => other !== person);
      const more: PersonFacts = {
        ...this.#movementsIn(each, after.get(person) ?? 0, before),
        isolations: isolations ?? [],
        tests: tests.map(([collectedAt, outcome, ct]) => ({ collectedAt, outcome, ct })),
        household: [...new Set(others)],
      };
      const known = found.get(person);
      if (!known) {
        found.set(person, more);
        continue;
      }
      addMovements(known, more);
      known.isolations.push(...more.isolations);
      known.tests.push(...more.tests);
      // Two records of one person may name different households with the same other members.
      known.household = [...new Set([...known.household, ...more.household])];
    }
    return found;
  }

  async movements(persons: readonly AskedPerson[], before: number | null): Promise<Map<number, Movements>> {
    const found = new Map<number, Movements>();
    const after = afterOf(persons);
    for await (const each of this.#ask<Answered>(persons, before)) {
      const person = this.merged.of(each.number);
      const more = this.#movementsIn(each, after.get(person) ?? 0, before);
      const known = found.get(person);
      if (known) addMovements(known, more);
      else found.set(person, more);
    }
    return found;
  }

  /** Asks for the movements of all records of these people, and for more. */
  async *#ask<Row extends Answered>(
    persons: readonly AskedPerson[],
    before: number | null,
    more = '',
    parameters: Record<string, unknown> = {},
  ): AsyncIterable<Row> {
    const asked = persons.flatMap(({ number, after }) =>
      this.merged.recordsOf(number).map((record) => {
        const last = before === null ? firstDiaryOf(record + 1) : diaryKey(record, Math.max(before, 1) - 1) + 1;
        const held = this.cache.diaries.of(record);
        this.#held.set(record, held);
        const known = [...held].map(([key, { length }]) => ints([key, length]));
        return [int(record), int(diaryKey(record, Math.max(after, 0))), int(last), int(after), known];
      }),
    );
    const groups: unknown[] = [];
    for (let i = 0; i < asked.length; i += GROUP_PEOPLE) groups.push(asked.slice(i, i + GROUP_PEOPLE));
    if (groups.length === 0) return;
    for await (const { answered } of rowsInTurn<{ answered: Row[] }>(
      this.tx,
      `UNWIND $groups AS asked
       CALL (asked) {
         UNWIND asked AS row MATCH (p:Person {number: row[0]})
         RETURN collect({
           number: row[0],
           diaries: COLLECT {
             MATCH (d:${this.label('Diary')}) WHERE d.key >= row[1] AND d.key < row[2]
             RETURN [d.key, d.length, CASE WHEN [d.key, d.length] IN row[4] THEN [] ELSE d.packed END]
           },
           near: COLLECT {
             MATCH (p)-[n:${this.label('NEAR')}]-(o) WHERE n.to > row[3] AND n.from < $before
             RETURN [o.number, n.from, n.to, coalesce(n.distance, -1)]
           }${more && `,\n${more}`}
         }) AS answered
       }
       RETURN answered`,
      { groups, before: int(before ?? NEVER), ...parameters },
    )) {
      yield* answered;
    }
  }

  #movementsIn({ number, diaries, near }: Answered, after: number, before: number | null): Movements {
    const stays: StayDays = { keys: [], from: [], to: [] };
    for (const [key, length, packed] of diaries) {
      const cached = this.#held.get(number)?.get(key);
      let all = cached?.length === length ? cached.stays : undefined;
      if (!all) {
        if (!(packed instanceof Int8Array)) throw new OutOfStep('a diary is shorter than the graph says');
        all = stayDaysIn(key, packed);
        this.cache.diaries.set(number, key, { length: packed.byteLength, stays: all });
      }
      for (let i = 0; i < all.keys.length; i++) {
        const from = all.from[i] as number;
        const to = all.to[i] as number;
        if (to <= after || (before !== null && from >= before)) continue;
        stays.keys.push(all.keys[i] as number);
        stays.from.push(from);
        stays.to.push(to);
      }
    }
    const nearness = near.map(([other, from, to, distance]): Nearness => ({
      ...{ other: this.merged.of(other), from, to, distance },
    }));
    return { stays, nearness };
  }

  async slots(keys: readonly number[]): Promise<Map<number, SlotContents>> {
    const contents = new Map<number, SlotContents>();
    if (keys.length === 0) return contents;
    const again = new Map<number, number>();
    for await (const { keys: read, packed, parts, lengths, seated } of rowsInTurn<Packed>(
      this.tx,
      `UNWIND $groups AS asked
       CALL (asked) {
         UNWIND asked AS row MATCH (s:${this.label('Slot')} {key: row[0]})
         RETURN collect(s.key) AS read, collect(coalesce(s.parts, 0)) AS parts, collect(coalesce(s.length, 0)) AS lengths,
                collect(CASE WHEN s.length = row[1] THEN [] ELSE coalesce(s.packed, []) END) AS packed,
                collect(CASE WHEN s.seats IS NOT NULL THEN s.key END) AS seated
       }
       RETURN read AS keys, packed, parts, lengths, seated`,
      { groups: this.#grouped(keys) },
    )) {
      seated.forEach((key) => this.#seated.add(key));
      read.forEach((key, i) => {
        const length = lengths[i] ?? 0;
        const cached = this.cache.slots.get(key, length);
        if (cached) contents.set(key, this.merged.renamed(cached));
        else if (!(parts[i] === 0 && this.#keep(contents, key, packed[i] ?? [], length))) again.set(key, length);
      });
    }
    const whole = await packedSlots(this.tx, this.label, [...again.keys()], again);
    for (const [key, { records, length }] of whole) this.#take(contents, key, records, length);
    return contents;
  }

  /** Keeps what was read of a slot in one part, unless some of it is missing. */
  #keep(contents: Map<number, SlotContents>, key: number, packed: Int8Array | never[], least: number): boolean {
    if (!(packed instanceof Int8Array) || packed.byteLength < least) return false;
    this.#take(contents, key, joinParts([packed]), packed.byteLength);
    return true;
  }

  #take(contents: Map<number, SlotContents>, key: number, records: Uint32Array, length: number): void {
    const slot = unpack(key, records);
    contents.set(key, this.merged.renamed(slot));
    this.cache.slots.set(key, length, slot);
    this.cache.usual += (length - this.cache.usual) / 100;
  }

  /** Groups slots, each with the length that is cached, so that a group's contents fit into one or two packets. */
  #grouped(keys: readonly number[]): unknown[] {
    const groups: unknown[][] = [];
    let room = 0;
    for (const key of keys) {
      const known = this.cache.slots.lengthOf(key);
      const length = (known === undefined ? this.cache.usual : 0) + RECORD_BYTES;
      if (length > room || groups.length === 0) {
        groups.push([]);
        room = GROUP_BYTES;
      }
      groups[groups.length - 1]?.push(ints([key, known ?? -1]));
      room -= length;
    }
    return groups;
  }

  async seats(keys: readonly number[]): Promise<Map<number, Map<number, SeatedStay[]>>> {
    const numbered = keys.filter((key) => this.#seated.has(key));
    const seats = new Map<number, Map<number, SeatedStay[]>>();
    for (const [key, slot] of await packedSlots(this.tx, this.label, numbered)) {
      const rowsOf = unpackSeats(slot.seats ?? new Int8Array());
      const stays = visitsIn(key, slot.records).map((visit): [number, SeatedStay[]] => {
        const { person, from, to } = visit;
        return [person, [{ from, to, row: rowsOf.get(seatOf(visit)) ?? null }]];
      });
      seats.set(key, this.merged.byPerson(stays));
    }
    return seats;
  }

  async sharedIn(keys: readonly number[]): Promise<Map<number, Shared>> {
    const places = [...new Set(keys.map(placeOfSlot))];
    if (places.length === 0) return new Map();
    const kinds = await rows<{ number: number; kind: string }>(
      this.tx,
      `UNWIND $places AS number MATCH (p:Place {number: number})
       WHERE p.${this.label('Place.kind')} IS NOT NULL RETURN number, p.${this.label('Place.kind')} AS kind`,
      { places: ints(places) },
    );
    const sharedBy = new Map<number, Shared>();
    for (const { number, kind } of kinds) {
      const name = placeKindOf(kind);
      const shared = sharedAt(name, this.shares.get(name));
      if (shared) sharedBy.set(number, shared);
    }
    const found = new Map<number, Shared>();
    for (const key of keys) {
      const shared = sharedBy.get(placeOfSlot(key));
      if (shared) found.set(key, shared);
    }
    return found;
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
}

function addMovements(known: Movements, more: Movements): void {
  known.stays.keys.push(...more.stays.keys);
  known.stays.from.push(...more.stays.from);
  known.stays.to.push(...more.stays.to);
  known.nearness.push(...more.nearness);
}

function afterOf(persons: readonly AskedPerson[]): Map<number, number> {
  return new Map(persons.map(({ number, after }) => [number, after]));
}
