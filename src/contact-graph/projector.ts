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

/** The most slots that each writer remembers. */
const KNOWN_SLOTS = 1_000_000;
/** The most batches being committed at a time. */
const UNDER_WAY = 2;

/**
 * Writes batches of events into the graph, each exactly once. Changes to slots are split among parallel writers, each
 * with its own checkpoint; one further writer then writes everything else.
 */
export class GraphWriter {
  readonly #numbering: Numbering;
  readonly #visits: Visits;
  readonly #passed: Map<string, Position | undefined>;
  #given: MarkedEvent | undefined;
  /** Node ids of slots by key, separately for each writer. */
  readonly #knownSlots = SLOTS.map(() => new Map<number, number>());
  /** The last write that was queued for each partition. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #events: EventSet;
  readonly #aside: AsideRegister;
  readonly #preparation: Preparation;
  /** Which projections are written, and which are being built beside them. */
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
   * Opens the graph of a log. A graph of another log or format is emptied and rebuilt, and so is one with another
   * version of a projection that cannot be built alone.
   * @param options.numbersKept the most people, and the most places, whose numbers are cached.
   * @param options.filling whether a new graph refuses queries of people until `filled` is called.
   * @throws OutOfStep if the graph was emptied while it was being opened.
   * @throws UserError if the database holds another program's data.
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
    // Without its own record, a graph may still hold data that a killed process had not removed yet.
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

  /** The epoch of the graph that it writes. */
  get epoch(): string {
    return this.state.epoch;
  }

  /** Milliseconds since 1970. */
  readonly openedAt = Date.now();

  /** Whether the graph has not caught up with the log since it was created. */
  get filling(): boolean {
    return this.state.filling;
  }

  /** Records that the graph has caught up with the log. */
  async filled(): Promise<void> {
    await markFilled(this.driver, this.epoch);
    this.state.filling = false;
  }

  /** The position that all partitions have passed. */
  get passed(): Position | undefined {
    return passedByAll(this.#passed);
  }

  /** The last event that was written. */
  get given(): MarkedEvent | undefined {
    return this.#given;
  }

  /**
   * Starts to write a batch. Resolves before the commit, so that the next batch can be prepared meanwhile; if the
   * commit fails, the next call or `settle` throws its error.
   * @throws OutOfStep if another projector wrote meanwhile: reopen the graph.
   */
  async write(batch: Batch): Promise<void> {
    const prepared = await this.#preparation.of(batch, this.#passed);
    while (this.#underWay.length >= UNDER_WAY) await this.#oldest();
    const committed = this.#commit(prepared);
    this.#underWay.push(committed);
    // A later call awaits it; until then a failure must not count as an unhandled rejection.
    committed.catch(() => undefined);
  }

  /** The events that are set aside, in the order of the log. */
  get aside(): SetAside[] {
    return this.#aside.all;
  }

  /** Whether every partition is at the same position, so that no event is written in part only. */
  get even(): boolean {
    const [first, ...rest] = PARTITIONS.map((partition) => this.#passed.get(partition));
    return rest.every((each) => (each && first ? comparePositions(each, first) === 0 : each === first));
  }

  /**
   * Passes an event without writing it into the graph, and records why. It must be the next event, and no batch may be
   * under way. The record is written before the slots pass the event, so that a crash between the two does not lose it.
   * @param unreadable unreadable events; those before this event are recorded with it.
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
   * Writes an event that was set aside into the graph after all, in one transaction. The graph must be even, and no
   * batch may be under way. After an error the graph has to be reopened.
   * @throws Error if the graph cannot keep a field of the event.
   */
  async bringIn(event: RecordedEvent): Promise<void> {
    const field = unkeepable(event);
    if (field !== undefined) throw new Error(cannotKeep(field));
    const { slots, facts, position } = await this.#preparation.of({ events: [event], position: event.position });
    const made = await inTransaction(this.driver, 'write', async (tx) => {
      // Another projector that writes has to wait, or fails with OutOfStep.
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

  /** Whether a batch is not committed yet. */
  get busy(): boolean {
    return this.#underWay.length > 0;
  }

  /** Waits until every batch is committed. */
  async settle(): Promise<void> {
    while (this.#underWay.length > 0) await this.#oldest();
  }

  /** A failed batch stays in the list, so that every later call fails too. */
  async #oldest(): Promise<void> {
    try {
      await this.#underWay[0];
    } catch (error) {
      // A reopened graph must not meet writes of other partitions that are still running.
      await Promise.allSettled(this.#turns.values());
      throw error;
    }
    void this.#underWay.shift();
  }

  /**
   * Each writer continues with the next batch as soon as it is done, whatever the others do. Facts come last: they are
   * never ahead of the slots, so that after a crash a place's length of stay is still the one that held for the first
   * event that is processed again.
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
    // After the failure of an earlier batch, the turn of the facts, which awaits this, never comes.
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

  /** Writes the facts of the projections that have joined the rest. */
  async #writeFacts(tx: Tx, facts: readonly Facts[]): Promise<void> {
    const context = this.contextOf(tx, this.#numbering, this.members.label);
    for (const { projection, events } of facts) {
      if (this.members.joined(projection)) await projection.write(context, events);
    }
  }

  /**
   * Writes a late event for the projections being built that have already passed its position. The others meet it in
   * the log.
   */
  async #writeBuilding(tx: Tx, facts: readonly Facts[], position: Position): Promise<void> {
    const members = this.members.building();
    const context = this.contextOf(tx, this.#numbering, this.members.labelAmong(members));
    for (const { projection, instance } of members) {
      const events = facts.find((each) => each.projection === projection)?.events ?? [];
      const passed = instance.passed && comparePositions(instance.passed, position) >= 0;
      if (passed && events.length > 0) await projection.write(context, events);
    }
  }

  /** The context in which a projection writes. */
  contextOf(tx: Tx, numbering: Numbering, label: LabelOf): ProjectionContext {
    const apart = <T>(write: (tx: Tx) => Promise<T>) => inTransaction(this.driver, 'write', write);
    return { tx, apart, numbering, store: this.store, label };
  }

  /** The position that the facts have passed. */
  get factsPassed(): Position | undefined {
    return this.#passed.get(FACTS);
  }

  /** Runs work while no facts are written, in its turn between two writes of facts. Throws what the work throws. */
  async betweenFacts<T>(work: () => Promise<T>): Promise<T> {
    let done: { value: T } | { error: unknown } | undefined;
    // An error of the work must not stop the writing of facts.
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

  /** After a failure nothing more is written: later writes would lack the failed one. */
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
