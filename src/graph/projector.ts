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
  moveCheckpoint,
  OutOfStep,
  passedByAll,
  PARTITIONS,
  readGraphState,
  SLOT_PARTITIONS,
  type GraphState,
} from './checkpoints.js';
import { openVisitsAt, wipe } from './maintenance.js';
import { inTransaction } from './neo4j.js';
import { Numbering } from './numbering.js';
import type { FactProjection, VisitProjection, VisitReport } from './projection.js';
import { SlotChanges, writeSlots } from './slot-writer.js';
import { Visits, type VisitFact } from './visits.js';
import { visitKeyOf } from './visit-key.js';

const KNOWN_SLOTS = 2_000_000;

/** One batch made ready: what each partition is to write, up to where. */
interface Prepared {
  position: Position;
  slots: SlotChanges;
  facts: { projection: FactProjection; events: RecordedEvent[] }[];
}

/**
 * Brings batches of events into the graph, each once. What a batch does to slots is split among writers that work at
 * the same time, each with a checkpoint of its own; everything else is one writer's, in order.
 */
export class GraphWriter {
  readonly #numbering: Numbering;
  readonly #visits: Visits;
  readonly #passed: Map<string, Position | undefined>;
  readonly #knownSlots = new Set<number>();
  #committing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly driver: Driver,
    private readonly store: EventStore,
    private readonly visitProjection: VisitProjection,
    private readonly factProjections: readonly FactProjection[],
    private readonly state: GraphState,
  ) {
    this.#numbering = new Numbering(driver, state.epoch);
    this.#visits = new Visits(driver);
    this.#passed = new Map(state.passed);
  }

  /** Opens the graph of a log; one of another log or another format is emptied and built anew. */
  static async open(
    driver: Driver,
    store: EventStore,
    storeId: string,
    visitProjection: VisitProjection,
    factProjections: readonly FactProjection[],
  ): Promise<GraphWriter> {
    let state = await readGraphState(driver);
    if (state && (state.storeId !== storeId || state.format !== GRAPH_FORMAT)) await wipe(driver);
    await createGraphState(driver, storeId);
    state = await readGraphState(driver);
    if (!state) throw new OutOfStep('the graph was emptied while it was opened');
    const writer = new GraphWriter(driver, store, visitProjection, factProjections, state);
    await writer.#visits.load();
    return writer;
  }

  /** What the graph has passed as a whole when this writer opened it. */
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
    await this.#committing;
    this.#committing = this.#commit(prepared);
    // Awaited by the next call; until then its failure must not count as unhandled.
    this.#committing.catch(() => undefined);
  }

  /** Waits until everything handed over is committed. */
  async settle(): Promise<void> {
    await this.#committing;
  }

  async #prepare({ events, position }: Batch): Promise<Prepared> {
    const reports: { report: VisitReport; position: Position }[] = [];
    const facts = this.factProjections.map((projection) => ({ projection, events: [] as RecordedEvent[] }));
    const byType = new Map<EventType, { projection: FactProjection; events: RecordedEvent[] }[]>();
    for (const entry of facts) {
      for (const type of entry.projection.types) byType.set(type, [...(byType.get(type) ?? []), entry]);
    }
    const people = new Set<string>();
    const places = new Set<string>();
    const described = new Map<string, number | null>();
    const factsPassed = this.#passed.get(FACTS);
    for (const event of events) {
      const report = this.visitProjection.report(event);
      if (report) {
        reports.push({ report, position: event.position });
        people.add(report.personId);
        if (report.placeId !== null) places.add(report.placeId);
        continue;
      }
      if (event.type === 'PlaceRegistered' || event.type === 'PlaceCorrected') {
        described.set(event.data.placeId, event.data.defaultStayMinutes);
      }
      if (factsPassed && comparePositions(event.position, factsPassed) <= 0) {
        // Its facts are in the graph, and its people and places numbered with them.
        continue;
      }
      for (const entry of byType.get(event.type) ?? []) {
        entry.events.push(event);
        const mentioned = entry.projection.mentions(event);
        mentioned.people?.forEach((id) => people.add(id));
        mentioned.places?.forEach((id) => places.add(id));
      }
    }
    for (const placeId of described.keys()) places.add(placeId);
    await this.#numbering.ensure(people, places);
    for (const [placeId, minutes] of described) this.#numbering.setStay(placeId, minutes);

    const visitFacts = reports.map(({ report, position }) => ({ fact: this.#fact(report), position }));
    // A place's own length of stay holds for the open visits that are there already, too.
    for (const placeId of described.keys()) visitFacts.push(...(await this.#imputedAgain(placeId, position)));
    const states = await this.#visits.of(visitFacts.map(({ fact }) => fact));
    const slots = new SlotChanges(slotPartitions().map((partition) => this.#passed.get(partition)));
    visitFacts.forEach(({ fact, position: at }, i) => {
      const state = states[i];
      if (state) slots.apply(state, fact, at);
    });
    return { position, slots, facts: facts.filter((entry) => entry.events.length > 0) };
  }

  #fact({ visitId, personId, placeId, from, to, checkIn }: VisitReport): VisitFact {
    const visit = visitKeyOf(visitId);
    const person = this.#numbering.person(personId);
    if (placeId === null) return { visit, person, place: 0, from: 0, to: 0, open: false, checkIn };
    const place = this.#numbering.place(placeId);
    return {
      visit,
      person,
      place: place.number,
      from,
      to: to ?? from + place.stayMinutes * 60,
      open: to === null,
      checkIn,
    };
  }

  async #imputedAgain(placeId: string, position: Position): Promise<{ fact: VisitFact; position: Position }[]> {
    // Visits on their way into the graph have to be there before the open ones are looked for.
    await this.settle();
    const { number, stayMinutes } = this.#numbering.place(placeId);
    const open = await openVisitsAt(this.driver, number);
    return open
      .filter(({ from, to }) => to !== from + stayMinutes * 60)
      .map(({ visit, person, from }) => ({
        fact: { visit, person, place: number, from, to: from + stayMinutes * 60, open: true, checkIn: true },
        position,
      }));
  }

  async #commit({ position, slots, facts }: Prepared): Promise<void> {
    const writers = [
      this.#partition(FACTS, position, async (tx) => {
        for (const { projection, events } of facts) {
          await projection.write({ tx, numbering: this.#numbering, store: this.store }, events);
        }
      }),
      ...slotPartitions().map((partition, i) =>
        this.#partition(partition, position, (tx) => writeSlots(tx, slots.partition(i), this.#knownSlots)),
      ),
    ];
    const outcomes = await Promise.allSettled(writers);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    if (this.#knownSlots.size > KNOWN_SLOTS) this.#knownSlots.clear();
    for (let i = 0; i < SLOT_PARTITIONS; i++) for (const key of slots.partition(i).keys()) this.#knownSlots.add(key);
  }

  async #partition(
    partition: string,
    position: Position,
    write: (tx: Parameters<typeof moveCheckpoint>[0]) => Promise<void>,
  ): Promise<void> {
    const from = this.#passed.get(partition);
    if (from && comparePositions(position, from) <= 0) return;
    await inTransaction(this.driver, 'write', async (tx) => {
      await moveCheckpoint(tx, this.state.epoch, partition, from, position);
      await write(tx);
    });
    this.#passed.set(partition, position);
  }
}

function slotPartitions(): string[] {
  return PARTITIONS.filter((partition) => partition !== FACTS);
}
