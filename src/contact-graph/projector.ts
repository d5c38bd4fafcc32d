import type { EventSet } from '../kernel/event.js';
import type { Driver } from 'neo4j-driver';
import {
  comparePositions,
  type Batch,
  type EventStore,
  type MarkedEvent,
  type Position,
  type RecordedEvent,
  type UnreadableEvent,
} from '../event-log/event-store.js';
import { latest, markedEvent } from '../event-log/log-mark.js';
import { AsideRegister } from './aside-register.js';
import {
  createGraphState,
  FACTS,
  goesOn,
  leaveOthers,
  markFilled,
  moveCheckpoints,
  OutOfStep,
  passedByAll,
  PARTITIONS,
  readGraphState,
  SLOTS,
  type GraphState,
  type Move,
} from './checkpoints.js';
import type { LabelOf } from './instances.js';
import { makeSchema } from './label-schema.js';
import { wipe } from './maintenance.js';
import { Members } from './members.js';
import { inTransaction, type Tx } from './neo4j.js';
import { Numbering } from './numbering.js';
import { portionsOf, type Facts } from './portions.js';
import { Preparation, type Prepared } from './preparation.js';
import { type FactProjection, type ProjectionContext, type VisitProjection, eventsInto } from './projection.js';
import {
  cannotKeep,
  deleteSetAside,
  keyOf,
  readSetAside,
  setAside,
  unkeepable,
  unreadableAside,
  writeSetAside,
  type SetAside,
} from './set-aside.js';
import { writeSlots } from './slot-writer.js';
import { Visits } from './visits.js';

/** Of each writer. */
const KNOWN_SLOTS = 1_000_000;
/** Batches that may be under way at a time. */
const UNDER_WAY = 2;

/**
 * Brings batches of events into the graph, each once. What a batch does to slots is split among writers that work at
 * the same time, each with a checkpoint of its own; everything else is one writer's, after them.
 */
export class GraphWriter {
  readonly #numbering: Numbering;
  readonly #visits: Visits;
  readonly #passed: Map<string, Position | undefined>;
  #given: MarkedEvent | undefined;
  /** Nodes of slots by key, for each writer its own. */
  readonly #knownSlots = SLOTS.map(() => new Map<number, number>());
  /** What each partition was last given to write. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #events: EventSet;
  readonly #aside: AsideRegister;
  readonly #preparation: Preparation;
  /** Which projections are written, and what is being made beside them. */
  readonly members: Members;
  /** Batches that are being committed, oldest first. */
  readonly #underWay: Promise<void>[] = [];

  private constructor(
    private readonly driver: Driver,
    private readonly store: EventStore,
    private readonly visitProjection: VisitProjection,
    factProjections: readonly FactProjection[],
    private readonly state: GraphState,
    numbersKept: number | undefined,
  ) {
    this.#events = eventsInto(visitProjection, factProjections);
    this.members = new Members(factProjections, state.instances);
    this.#aside = new AsideRegister(this.#events);
    this.#numbering = new Numbering(driver, state.epoch, numbersKept);
    this.#visits = new Visits(driver);
    this.#passed = new Map(state.passed);
    this.#given = latest(state.given);
    this.#preparation = new Preparation({
      ...{ driver, visitProjection, factProjections },
      ...{ numbering: this.#numbering, visits: this.#visits, aside: this.#aside },
      settle: () => this.settle(),
    });
  }

  /**
   * Opens the graph of a log; one of another log or another format is emptied and built anew, and so is one of which a
   * projection that cannot be made alone is of another version.
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
    for (const { forget } of factProjections) forget?.(store);
    let state = await readGraphState(driver);
    // Without a record of itself a graph may still hold what a killed process had not removed yet.
    if (!state || !goesOn(state, storeId, visitProjection, factProjections)) await wipe(driver);
    for (const { owns = [], version } of factProjections) await makeSchema(driver, owns, { version, again: false });
    await createGraphState(driver, storeId, filling, visitProjection, factProjections);
    await leaveOthers(driver, factProjections);
    state = await readGraphState(driver);
    if (!state) throw new OutOfStep('the graph was emptied while it was opened');
    const writer = new GraphWriter(driver, store, visitProjection, factProjections, state, numbersKept);
    await Promise.all([writer.#visits.load(), writer.#numbering.load()]);
    (await readSetAside(driver)).forEach((each) => writer.#aside.remember(each));
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

  /** The last event that went into it. */
  get given(): MarkedEvent | undefined {
    return this.#given;
  }

  /**
   * Writes a batch; done means that it is handed over, not yet committed, so that the next can be made ready
   * meanwhile. An error of a commit comes out of the call after it, or of `settle`.
   * @throws OutOfStep when another projector wrote meanwhile: open the graph anew.
   */
  async write(batch: Batch): Promise<void> {
    const prepared = await this.#preparation.of(batch, this.#passed);
    while (this.#underWay.length >= UNDER_WAY) await this.#oldest();
    const committed = this.#commit(prepared);
    this.#underWay.push(committed);
    // Awaited by a later call; until then its failure must not count as unhandled.
    committed.catch(() => undefined);
  }

  /** What the graph lacks, in the order of the log. */
  get aside(): SetAside[] {
    return this.#aside.all;
  }

  /** Every partition stands at the same place: nothing of an event is there without the rest of it. */
  get even(): boolean {
    const [first, ...rest] = PARTITIONS.map((partition) => this.#passed.get(partition));
    return rest.every((each) => (each && first ? comparePositions(each, first) === 0 : each === first));
  }

  /**
   * Passes an event without bringing it into the graph, and notes why. It has to be the next one, with nothing under way.
   * The note comes before the slots pass it: after a crash between the two, the event is known to be left out.
   * @param unreadable those that stand before it are noted with it.
   */
  async setAside(
    event: RecordedEvent,
    reason: string,
    tries: number,
    unreadable: readonly UnreadableEvent[] = [],
  ): Promise<void> {
    const before = unreadable.filter(({ position }) => comparePositions(position, event.position) < 0);
    const records = before.map(unreadableAside);
    records.push(setAside(event, reason, tries, keyOf(this.#events, event)));
    const { position } = event;
    const given = markedEvent(event);
    await this.#partition(FACTS, { position, given }, (tx) => writeSetAside(tx, records));
    for (const record of records) this.#aside.remember(record);
    for (const partition of SLOTS) await this.#partition(partition, { position, given }, async () => undefined);
  }

  /**
   * Brings an event that was set aside into the graph after all, as a whole or not at all. The graph has to be even, with
   * nothing under way; after an error it has to be opened anew.
   */
  async bringIn(event: RecordedEvent): Promise<void> {
    const field = unkeepable(event);
    if (field !== undefined) throw new Error(cannotKeep(field));
    const { slots, facts, position } = await this.#preparation.of({ events: [event], position: event.position });
    const made = await inTransaction(this.driver, 'write', async (tx) => {
      // Whoever else writes has to wait, or finds out.
      for (const partition of PARTITIONS) {
        const passed = this.#passed.get(partition);
        if (passed) await moveCheckpoints(tx, this.state.epoch, partition, this.#movesOf(partition, passed), passed);
      }
      const nodes: Map<number, number>[] = [];
      for (const i of SLOTS.keys()) {
        nodes.push(await writeSlots(tx, slots.partition(i), this.#knownSlots[i] as Map<number, number>));
      }
      await this.#writeFacts(tx, facts);
      await this.#writeBuilding(tx, facts, position);
      await deleteSetAside(tx, event.id);
      return nodes;
    });
    made.forEach((nodes, i) => nodes.forEach((node, key) => this.#knownSlots[i]?.set(key, node)));
    this.#aside.forget(event);
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

  /**
   * Each writer goes on to the next batch as soon as it is done with one, whatever the others do. Facts come last:
   * they are never ahead of the slots, so that after a crash a place's length of stay is read as it was for the first
   * event that is taken again.
   */
  async #commit(batch: Prepared): Promise<void> {
    const { position, slots, facts, aside } = batch;
    const writers = SLOTS.map((partition, i) =>
      this.#inTurn(partition, async () => {
        const known = this.#knownSlots[i] as Map<number, number>;
        if (known.size > KNOWN_SLOTS) known.clear();
        const made = await this.#partition(partition, batch, (tx) => writeSlots(tx, slots.partition(i), known));
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
        const isLast = i === portions.length - 1;
        await this.#partition(FACTS, isLast ? batch : portion, async (tx) => {
          await this.#writeFacts(tx, portion.facts);
          if (isLast) await writeSetAside(tx, aside);
        });
      }
    });
  }

  /** Of those projections that are written with the rest by now. */
  async #writeFacts(tx: Tx, facts: readonly Facts[]): Promise<void> {
    const context = this.contextOf(tx, this.#numbering, this.members.label);
    for (const { projection, events } of facts) {
      if (this.members.joined(projection)) await projection.write(context, events);
    }
  }

  /** What is being made has passed the place of an event that comes late; what has not meets it there. */
  async #writeBuilding(tx: Tx, facts: readonly Facts[], position: Position): Promise<void> {
    const members = this.members.building();
    const context = this.contextOf(tx, this.#numbering, this.members.labelAmong(members));
    for (const { projection, instance } of members) {
      const events = facts.find((each) => each.projection === projection)?.events ?? [];
      const passed = instance.passed && comparePositions(instance.passed, position) >= 0;
      if (passed && events.length > 0) await projection.write(context, events);
    }
  }

  /** What a projection may use. */
  contextOf(tx: Tx, numbering: Numbering, label: LabelOf): ProjectionContext {
    const apart = <T>(write: (tx: Tx) => Promise<T>) => inTransaction(this.driver, 'write', write);
    return { tx, apart, numbering, store: this.store, label };
  }

  /** What the projections of facts have passed. */
  get factsPassed(): Position | undefined {
    return this.#passed.get(FACTS);
  }

  /** Runs something while no facts are written: before it and after it they are, each in its turn. */
  async betweenFacts<T>(work: () => Promise<T>): Promise<T> {
    let done: { value: T } | { error: unknown } | undefined;
    // An error of it is not one of theirs: they go on.
    await this.#inTurn(FACTS, async () => {
      done = await work().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
    });
    if (done && 'value' in done) return done.value;
    throw done?.error;
  }

  #movesOf(partition: string, from: Position | undefined): Move[] {
    if (partition === FACTS) return this.members.moves(from);
    return [{ projection: this.visitProjection.name, partition, from, state: 'active' }];
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
    { position, given }: { position: Position; given?: MarkedEvent | undefined },
    write: (tx: Tx) => Promise<T>,
  ): Promise<T | undefined> {
    const from = this.#passed.get(partition);
    if (from && comparePositions(position, from) <= 0) return undefined;
    const written = await inTransaction(this.driver, 'write', async (tx) => {
      await moveCheckpoints(tx, this.state.epoch, partition, this.#movesOf(partition, from), position, given);
      return write(tx);
    });
    this.#passed.set(partition, position);
    this.#given = latest([this.#given, given]);
    return written;
  }
}
