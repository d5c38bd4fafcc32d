import type { Driver } from 'neo4j-driver';
import type { EventType } from '../domain/events.js';
import {
  comparePositions,
  type Batch,
  type EventStore,
  type Position,
  type RecordedEvent,
} from '../log/event-store.js';
import {
  createGraphState,
  FACTS,
  GRAPH_FORMAT,
  markFilled,
  moveCheckpoint,
  OutOfStep,
  passedByAll,
  PARTITIONS,
  readGraphState,
  type GraphState,
} from './checkpoints.js';
import { openVisitsAt, placesOfKinds, wipe } from './maintenance.js';
import { inTransaction, type Tx } from './neo4j.js';
import { Numbering, type NumberedPerson, type NumberedPlace } from './numbering.js';
import { portionsOf, type Facts } from './portions.js';
import type { FactProjection, VisitProjection, VisitReport } from './projection.js';
import {
  deleteSetAside,
  keyOf,
  readSetAside,
  setAside,
  unkeepable,
  writeSetAside,
  type SetAside,
} from './set-aside.js';
import { SlotChanges, writeSlots } from './slot-writer.js';
import { visitKeyOf, type VisitKey } from './visit-key.js';
import { Visits, type VisitFact, type VisitState } from './visits.js';

/** Of each writer. */
const KNOWN_SLOTS = 1_000_000;
/** Batches that may be under way at a time. */
const UNDER_WAY = 2;

/** One event that bears on slots: of a visit, or of how long visits without a check-out last at a place or a kind of it. */
type Step = { position: Position } & (
  | { report: VisitReport }
  | { placeId: string; ownStay: number | null; kind: string }
  | { ruled: string; stayMinutes: number | null }
);

/** A place of which a batch says how long one stays there, and the visits there that may be open. */
interface Restated {
  place: NumberedPlace;
  visits: Set<VisitState>;
}

/** One batch made ready: what each partition is to write, up to where. */
interface Prepared {
  position: Position;
  slots: SlotChanges;
  facts: Facts[];
  /** Events that are left out. */
  aside: SetAside[];
}

/**
 * Brings batches of events into the graph, each once. What a batch does to slots is split among writers that work at
 * the same time, each with a checkpoint of its own; everything else is one writer's, after them.
 */
export class GraphWriter {
  readonly #numbering: Numbering;
  readonly #visits: Visits;
  readonly #passed: Map<string, Position | undefined>;
  /** Nodes of slots by key, for each writer its own. */
  readonly #knownSlots = slotPartitions().map(() => new Map<number, number>());
  /** What each partition was last given to write. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** What the graph lacks, by what later events say more of: these wait with it. */
  readonly #aside = new Map<string, SetAside[]>();
  /** Batches that are being committed, oldest first. */
  readonly #underWay: Promise<void>[] = [];

  private constructor(
    private readonly driver: Driver,
    private readonly store: EventStore,
    private readonly visitProjection: VisitProjection,
    private readonly factProjections: readonly FactProjection[],
    private readonly state: GraphState,
    numbersKept: number | undefined,
  ) {
    this.#numbering = new Numbering(driver, state.epoch, numbersKept);
    this.#visits = new Visits(driver);
    this.#passed = new Map(state.passed);
  }

  /**
   * Opens the graph of a log; one of another log or another format is emptied and built anew.
   * @param options.numbersKept people, and places, of which the numbers are kept at hand.
   * @param options.filling whether a new graph is not to be asked by people until it is said to be filled.
   */
  static async open(
    driver: Driver,
    store: EventStore,
    storeId: string,
    visitProjection: VisitProjection,
    factProjections: readonly FactProjection[],
    { numbersKept, filling = false }: { numbersKept?: number | undefined; filling?: boolean } = {},
  ): Promise<GraphWriter> {
    let state = await readGraphState(driver);
    // Without a record of itself a graph may still hold what a killed process had not removed yet.
    if (state?.storeId !== storeId || state.format !== GRAPH_FORMAT) await wipe(driver);
    await createGraphState(driver, storeId, filling);
    state = await readGraphState(driver);
    if (!state) throw new OutOfStep('the graph was emptied while it was opened');
    const writer = new GraphWriter(driver, store, visitProjection, factProjections, state, numbersKept);
    await Promise.all([writer.#visits.load(), writer.#numbering.load()]);
    (await readSetAside(driver)).forEach((each) => writer.#remember(each));
    return writer;
  }

  /** Of the graph that it writes. */
  get epoch(): string {
    return this.state.epoch;
  }

  /** Milliseconds since 1970. */
  readonly openedAt = Date.now();

  /** The graph has not caught up with the log since it was begun. */
  get filling(): boolean {
    return this.state.filling;
  }

  /** It has now. */
  async filled(): Promise<void> {
    await markFilled(this.driver, this.epoch);
    this.state.filling = false;
  }

  /** What the graph has passed as a whole. */
  get passed(): Position | undefined {
    return passedByAll(this.#passed);
  }

  /**
   * Writes a batch; done means that it is handed over, not yet committed, so that the next can be made ready
   * meanwhile. An error of a commit comes out of the call after it, or of `settle`.
   * @throws OutOfStep when another projector wrote meanwhile: open the graph anew.
   */
  async write(batch: Batch): Promise<void> {
    const prepared = await this.#prepare(batch);
    while (this.#underWay.length >= UNDER_WAY) await this.#oldest();
    const committed = this.#commit(prepared);
    this.#underWay.push(committed);
    // Awaited by a later call; until then its failure must not count as unhandled.
    committed.catch(() => undefined);
  }

  /** What the graph lacks, in the order of the log. */
  get aside(): SetAside[] {
    return [...this.#aside.values()].flat();
  }

  /** Every partition stands at the same place: nothing of an event is there without the rest of it. */
  get even(): boolean {
    const [first, ...rest] = PARTITIONS.map((partition) => this.#passed.get(partition));
    return rest.every((each) => (each && first ? comparePositions(each, first) === 0 : each === first));
  }

  /**
   * Passes an event without bringing it into the graph, and notes why. It has to be the next one, with nothing under way.
   * The note comes before the slots pass it: after a crash between the two, the event is known to be left out.
   */
  async setAside(event: RecordedEvent, reason: string, tries: number): Promise<void> {
    const record = setAside(event, reason, tries);
    await this.#partition(FACTS, event.position, (tx) => writeSetAside(tx, [record]));
    this.#remember(record);
    for (const partition of slotPartitions()) await this.#partition(partition, event.position, async () => undefined);
  }

  /**
   * Brings an event that was set aside into the graph after all, as a whole or not at all. The graph has to be even, with
   * nothing under way; after an error it has to be opened anew.
   */
  async bringIn(event: RecordedEvent): Promise<void> {
    const field = unkeepable(event);
    if (field !== undefined) throw new Error(cannotKeep(field));
    const { slots, facts } = await this.#prepare({ events: [event], position: event.position }, true);
    const made = await inTransaction(this.driver, 'write', async (tx) => {
      // Whoever else writes has to wait, or finds out.
      for (const partition of PARTITIONS) {
        const passed = this.#passed.get(partition);
        if (passed) await moveCheckpoint(tx, this.state.epoch, partition, passed, passed);
      }
      const nodes: Map<number, number>[] = [];
      for (const i of slotPartitions().keys()) {
        nodes.push(await writeSlots(tx, slots.partition(i), this.#knownSlots[i] as Map<number, number>));
      }
      await this.#writeFacts(tx, facts);
      await deleteSetAside(tx, event.id);
      return nodes;
    });
    made.forEach((nodes, i) => nodes.forEach((node, key) => this.#knownSlots[i]?.set(key, node)));
    const key = keyOf(event);
    const left = this.#aside.get(key)?.filter(({ id }) => id !== event.id) ?? [];
    if (left.length > 0) this.#aside.set(key, left);
    else this.#aside.delete(key);
  }

  #remember(record: SetAside): void {
    const known = this.#aside.get(record.key);
    if (known) known.push(record);
    else this.#aside.set(record.key, [record]);
  }

  /** Why an event is left out; undefined where it is to be written. */
  #leftOut(event: RecordedEvent): SetAside | 'known' | undefined {
    if (this.#aside.size > 0) {
      const before = this.#aside.get(keyOf(event));
      if (before?.some(({ id }) => id === event.id)) return 'known';
      if (before?.[0]) {
        return setAside(event, `waits for ${before[0].type} at ${before[0].commit}, which is set aside`, 0);
      }
    }
    const field = unkeepable(event);
    return field === undefined ? undefined : setAside(event, cannotKeep(field), 0);
  }

  /** Something handed over is not committed yet. */
  get busy(): boolean {
    return this.#underWay.length > 0;
  }

  /** Waits until everything handed over is committed. */
  async settle(): Promise<void> {
    while (this.#underWay.length > 0) await this.#oldest();
  }

  /** A batch that failed stays: whatever is called after it fails too. */
  async #oldest(): Promise<void> {
    try {
      await this.#underWay[0];
    } catch (error) {
      // Whoever opens the graph anew must not meet what another partition still writes.
      await Promise.allSettled(this.#turns.values());
      throw error;
    }
    void this.#underWay.shift();
  }

  /** @param late whether it is of events that were passed before. */
  async #prepare({ events, position }: Batch, late = false): Promise<Prepared> {
    if (this.#numbering.full) {
      // The facts of batches that are under way are still to be written, by the numbers of their people.
      await this.settle();
      this.#numbering.forget();
    }
    const steps: Step[] = [];
    const facts = this.factProjections.map((projection) => ({ projection, events: [] as RecordedEvent[] }));
    const byType = new Map<EventType, Facts[]>();
    for (const entry of facts) {
      for (const type of entry.projection.types) byType.set(type, [...(byType.get(type) ?? []), entry]);
    }
    const people = new Set<string>();
    const places = new Set<string>();
    const described = new Set<string>();
    const ruled = new Set<string>();
    const passed = late ? new Map<string, undefined>() : this.#passed;
    const factsPassed = passed.get(FACTS);
    const aside: SetAside[] = [];
    for (const event of events) {
      const out = late ? undefined : this.#leftOut(event);
      if (out) {
        if (out !== 'known') {
          this.#remember(out);
          aside.push(out);
        }
        continue;
      }
      const report = this.visitProjection.report(event);
      if (report) {
        steps.push({ report, position: event.position });
        if (!this.#numbering.knowsPerson(report.personId)) people.add(report.personId);
        if (report.placeId !== null && !this.#numbering.knowsPlace(report.placeId)) places.add(report.placeId);
        continue;
      }
      if (event.type === 'PlaceRegistered' || event.type === 'PlaceCorrected') {
        const { placeId, defaultStayMinutes: ownStay, kind } = event.data;
        steps.push({ placeId, ownStay, kind, position: event.position });
        described.add(placeId);
        places.add(placeId);
      }
      if (event.type === 'PlaceKindRuled') {
        const { kind, stayMinutes } = event.data;
        steps.push({ ruled: kind, stayMinutes, position: event.position });
        if (stayMinutes !== this.#numbering.stayOfKind(kind)) ruled.add(kind);
      }
      // What has passed is in the graph, and its people and places numbered with it.
      if (factsPassed && comparePositions(event.position, factsPassed) <= 0) continue;
      for (const entry of byType.get(event.type) ?? []) {
        entry.events.push(event);
        const mentioned = entry.projection.mentions(event);
        mentioned.people?.forEach((id) => people.add(id));
        mentioned.places?.forEach((id) => places.add(id));
      }
    }
    await this.#numbering.ensure(people, places);
    return {
      position,
      slots: await this.#changes(steps, await this.#restated(described, ruled), passed),
      facts: facts.filter((entry) => entry.events.length > 0),
      aside,
    };
  }

  /** What the steps do to slots, in their order. */
  async #changes(
    steps: readonly Step[],
    restated: ReadonlyMap<number, Restated>,
    passed: ReadonlyMap<string, Position | undefined>,
  ): Promise<SlotChanges> {
    const open = restated.size === 0 ? [] : await openVisitsAt(this.driver, [...restated.keys()]);
    const asked: { visit: VisitKey; person: NumberedPerson }[] = [];
    for (const step of steps) if ('report' in step) asked.push(this.#visitOf(step.report));
    const states = await this.#visits.of([...asked, ...open]);
    states.slice(asked.length).forEach((state) => restated.get(state.place)?.visits.add(state));
    const slots = new SlotChanges(slotPartitions().map((partition) => passed.get(partition)));
    let next = 0;
    for (const step of steps) {
      if ('report' in step) {
        const state = states[next++] as VisitState;
        const fact = this.#fact(step.report);
        slots.apply(state, fact, step.position);
        restated.get(fact.place)?.visits.add(state);
        continue;
      }
      // What is said of a place or its kind holds for the open visits that are there already, too.
      for (const { place, visits } of this.#restate(step, restated)) {
        const stayMinutes = this.#numbering.stayAt(place);
        for (const state of visits) {
          const [first] = state.segments;
          if (!state.open || state.place !== place.number || !first) continue;
          const times = { from: first.from, to: first.from + stayMinutes * 60 };
          slots.apply(
            state,
            { place: place.number, ...times, open: true, checkIn: true, seatRow: undefined },
            step.position,
          );
        }
      }
    }
    return slots;
  }

  /** Takes in what a step says of a place or a kind. Returns the places for which it holds. */
  #restate(step: Exclude<Step, { report: VisitReport }>, restated: ReadonlyMap<number, Restated>): Restated[] {
    if ('placeId' in step) {
      const { number } = this.#numbering.describe(step.placeId, step.ownStay, step.kind);
      return [restated.get(number) as Restated];
    }
    this.#numbering.rule(step.ruled, step.stayMinutes);
    return [...restated.values()].filter(({ place }) => place.kind === step.ruled && place.ownStay === null);
  }

  #visitOf({ visitId, personId }: VisitReport): { visit: VisitKey; person: NumberedPerson } {
    return { visit: visitKeyOf(visitId), person: this.#numbering.numbered(personId) };
  }

  #fact({ placeId, from, to, checkIn, seatRow }: VisitReport): VisitFact {
    if (placeId === null) return { place: 0, from: 0, to: 0, open: false, checkIn, seatRow };
    const place = this.#numbering.place(placeId);
    return {
      place: place.number,
      from,
      to: to ?? from + this.#numbering.stayAt(place) * 60,
      open: to === null,
      checkIn,
      seatRow,
    };
  }

  /** The places whose open visits may change their length: those described, and those of the kinds ruled for. */
  async #restated(described: ReadonlySet<string>, ruled: ReadonlySet<string>): Promise<Map<number, Restated>> {
    const restated = new Map<number, Restated>();
    if (described.size === 0 && ruled.size === 0) return restated;
    // What is on its way into the graph has to be there before it is asked for open visits and kinds.
    await this.settle();
    const places = ruled.size === 0 ? [] : await placesOfKinds(this.driver, ruled);
    // Of a place that is described now, the numbering keeps what changes with each step.
    for (const id of described) places.push(this.#numbering.place(id));
    for (const place of places) restated.set(place.number, { place, visits: new Set() });
    return restated;
  }

  /**
   * Each writer goes on to the next batch as soon as it is done with one, whatever the others do. Facts come last:
   * they are never ahead of the slots, so that after a crash a place's length of stay is read as it was for the first
   * event that is taken again.
   */
  async #commit({ position, slots, facts, aside }: Prepared): Promise<void> {
    const writers = slotPartitions().map((partition, i) =>
      this.#inTurn(partition, async () => {
        const known = this.#knownSlots[i] as Map<number, number>;
        if (known.size > KNOWN_SLOTS) known.clear();
        const made = await this.#partition(partition, position, (tx) => writeSlots(tx, slots.partition(i), known));
        made?.forEach((node, key) => known.set(key, node));
      }),
    );
    const written = Promise.all(writers);
    // The facts' turn, which waits for it, does not come when an earlier batch failed.
    written.catch(() => undefined);
    await this.#inTurn(FACTS, async () => {
      await written;
      const portions = portionsOf(facts, position);
      for (const [i, portion] of portions.entries()) {
        await this.#partition(FACTS, portion.position, async (tx) => {
          await this.#writeFacts(tx, portion.facts);
          if (i === portions.length - 1) await writeSetAside(tx, aside);
        });
      }
    });
  }

  async #writeFacts(tx: Tx, facts: readonly Facts[]): Promise<void> {
    const apart = <T>(write: (tx: Tx) => Promise<T>) => inTransaction(this.driver, 'write', write);
    const context = { tx, apart, numbering: this.#numbering, store: this.store };
    for (const { projection, events } of facts) await projection.write(context, events);
  }

  /** After a failure nothing more is written: what follows would be without what came before. */
  #inTurn(partition: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(partition) ?? Promise.resolve();
    const turn = before.then(work);
    turn.catch(() => undefined);
    this.#turns.set(partition, turn);
    return turn;
  }

  async #partition<T>(
    partition: string,
    position: Position,
    write: (tx: Parameters<typeof moveCheckpoint>[0]) => Promise<T>,
  ): Promise<T | undefined> {
    const from = this.#passed.get(partition);
    if (from && comparePositions(position, from) <= 0) return undefined;
    const written = await inTransaction(this.driver, 'write', async (tx) => {
      await moveCheckpoint(tx, this.state.epoch, partition, from, position);
      return write(tx);
    });
    this.#passed.set(partition, position);
    return written;
  }
}

const cannotKeep = (field: string) =>
  `${field} holds half of a character, which the graph cannot keep apart from another`;

function slotPartitions(): string[] {
  return PARTITIONS.filter((partition) => partition !== FACTS);
}
