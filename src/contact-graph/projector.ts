import type { EventSet } from '../kernel/event.js';
import type { Driver } from './driver.js';
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
  DIARIES,
  FACTS,
  goesOn,
  leaveOthers,
  markFilled,
  moveCheckpoints,
  OutOfStep,
  passedByAll,
  readGraphState,
  SLOTS,
  VISIT_WRITERS,
  type GraphState,
  type Move,
} from './checkpoints.js';
import type { Instance, LabelOf } from './instances.js';
import { makeSchema } from './label-schema.js';
import { wipe } from './maintenance.js';
import { Members, type Member } from './members.js';
import { inTransaction, type Tx } from './neo4j.js';
import { Numbering } from './numbering.js';
import { portionsOf, type Facts } from './portions.js';
import { Preparation, type Prepared } from './preparation.js';
import {
  type FactProjection,
  type ProjectionContext,
  type VisitProjection,
  allOf,
  eventsInto,
  isOfVisits,
} from './projection.js';
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
import { VisitRows } from './visit-rows.js';

/** The most batches being committed at a time. */
const UNDER_WAY = 2;

/**
 * Writes batches of events into the graph, each exactly once. Changes to slots are split among parallel writers, each
 * with its own checkpoint; then come the writers of diaries, and then one further writer writes everything else.
 */
export class GraphWriter {
  /** The rows of visits that are written; undefined while they are being built anew. */
  #rows: VisitRows | undefined;
  #numbering: Numbering;
  #preparation: Preparation;
  /** Of the facts, and of the writers of visits while these are written. */
  readonly #passed: Map<string, Position | undefined>;
  #given: MarkedEvent | undefined;
  /** The last batch whose writing was to begin, or the last work without other writers. */
  #begun: Promise<unknown> = Promise.resolve();
  /** The last write that was queued for each partition. */
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #events: EventSet;
  readonly #aside: AsideRegister;
  /** Which projections are written, and which are being built beside them. */
  readonly members: Members;
  /** Batches that are being committed, oldest first. */
  readonly #underWay: Promise<void>[] = [];

  private constructor(
    private readonly driver: Driver,
    private readonly store: EventStore,
    private readonly visitProjection: VisitProjection,
    private readonly factProjections: readonly FactProjection[],
    private readonly state: GraphState,
    private readonly numbersKept: number | undefined,
  ) {
    this.#events = eventsInto(visitProjection, factProjections);
    this.members = new Members(allOf(visitProjection, factProjections), state.instances);
    this.#aside = new AsideRegister(this.#events);
    this.#passed = new Map(state.passed);
    this.#given = latest(state.given);
    const active = this.members.active(visitProjection);
    this.#rows = active && this.#rowsOf({ projection: visitProjection, instance: active });
    this.#numbering = this.#rows?.numbering ?? new Numbering(driver, state.epoch, this.members.label, numbersKept);
    this.#preparation = this.#preparationOf(this.#rows);
  }

  #rowsOf({ projection, instance }: Member<VisitProjection>): VisitRows {
    return new VisitRows(this.driver, this.epoch, projection, instance, this.numbersKept);
  }

  #preparationOf(rows: VisitRows | undefined): Preparation {
    return new Preparation({
      ...{ driver: this.driver, rows, numbering: this.#numbering, factProjections: this.factProjections },
      ...{ aside: this.#aside, settle: () => this.settle() },
    });
  }

  /** What is needed to write into rows of visits that are being built; the caller writes one batch after the other. */
  async besides(member: Member<VisitProjection>): Promise<{ rows: VisitRows; preparation: Preparation }> {
    const rows = this.#rowsOf(member);
    await rows.load();
    const preparation = new Preparation({
      ...{ driver: this.driver, rows, numbering: rows.numbering, factProjections: [] },
      ...{ aside: this.#aside, settle: () => Promise.resolve() },
    });
    return { rows, preparation };
  }

  /**
   * Opens the graph of a log. A graph of another log or format is emptied and rebuilt.
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
    if (!state || !goesOn(state, storeId)) await wipe(driver);
    const projections = allOf(visitProjection, factProjections);
    for (const { owns, version } of projections) await makeSchema(driver, owns, { version, again: false });
    await createGraphState(driver, storeId, filling, visitProjection, factProjections);
    await leaveOthers(driver, projections);
    state = await readGraphState(driver);
    if (!state) throw new OutOfStep('the graph was emptied while it was opened');
    const writer = new GraphWriter(driver, store, visitProjection, factProjections, state, numbersKept);
    await writer.#rows?.load();
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
  write(batch: Batch): Promise<void> {
    const begun = this.#begun.then(() => this.#begin(batch));
    this.#begun = begun;
    return begun;
  }

  async #begin(batch: Batch): Promise<void> {
    const prepared = await this.#preparation.of(batch, this.#passed);
    while (this.#underWay.length >= UNDER_WAY) await this.#oldest();
    const committed = this.#commit(prepared);
    this.#underWay.push(committed);
    // A later call awaits it; until then a failure must not count as an unhandled rejection.
    committed.catch(() => undefined);
  }

  /**
   * Runs work while nothing else is written: batches that were begun are committed before, and the next one waits for
   * the work. Throws what the work throws, or what the writing of a batch threw.
   */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const settled = this.#begun.then(() => this.settle());
    const done = settled.then(work);
    // An error of the work must not stop the writing.
    this.#begun = done.catch(() => settled);
    // The next caller gets an error of the writing.
    this.#begun.catch(() => undefined);
    return done;
  }

  /** Writes visits into these rows from now on, which have passed what all facts have. Must be called in `alone`. */
  takeOver(rows: VisitRows): void {
    this.#rows = rows;
    this.#numbering = rows.numbering;
    this.#preparation = this.#preparationOf(rows);
    for (const writer of VISIT_WRITERS) this.#passed.set(writer, this.factsPassed);
  }

  /**
   * Takes note of the builds that the graph holds now.
   * @throws OutOfStep if it holds other rows of visits than this writes, since somebody built them meanwhile.
   */
  refresh(instances: readonly Instance[]): void {
    this.members.refresh(instances);
    if (this.members.active(this.visitProjection)?.made !== this.#rows?.made) {
      throw new OutOfStep('the rows of visits were replaced');
    }
  }

  /** The names of the writers of visits that are at work. */
  get #writers(): readonly string[] {
    return this.#rows ? VISIT_WRITERS : [];
  }

  /** The events that are set aside, in the order of the log. */
  get aside(): SetAside[] {
    return this.#aside.all;
  }

  /** Whether every partition is at the same position, so that no event is written in part only. */
  get even(): boolean {
    const [first, ...rest] = this.#passed.values();
    return rest.every((each) => (each && first ? comparePositions(each, first) === 0 : each === first));
  }

  /**
   * Passes an event without writing it into the graph, and records why. It must be the next event, and no batch may be
   * under way. The record is written before the visits pass the event, so that a crash between the two does not lose it.
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
    for (const writer of this.#writers) await this.#partition(writer, { position, given }, async () => undefined);
  }

  /**
   * Writes an event that was set aside into the graph after all, in one transaction. The graph must be even, and no
   * batch may be under way. After an error the graph has to be reopened.
   * @throws Error if the graph cannot keep a field of the event.
   */
  async bringIn(event: RecordedEvent): Promise<void> {
    const field = unkeepable(event);
    if (field !== undefined) throw new Error(cannotKeep(field));
    const batch = { events: [event], position: event.position };
    const { changes, facts, position } = await this.#preparation.of(batch);
    // Rows that are being built and have not passed the event meet it in the log.
    const members = this.members
      .building()
      .filter(({ instance: { passed } }) => passed && comparePositions(passed, position) >= 0);
    const visits: { rows: VisitRows; prepared: Prepared }[] = [];
    for (const { projection, instance } of members) {
      if (!isOfVisits(projection)) continue;
      const { rows, preparation } = await this.besides({ projection, instance });
      visits.push({ rows, prepared: await preparation.of(batch) });
    }
    await inTransaction(this.driver, 'write', async (tx) => {
      // Another projector that writes has to wait, or fails with OutOfStep.
      for (const [partition, passed] of this.#passed) {
        if (passed) await moveCheckpoints(tx, this.state.epoch, partition, this.#movesOf(partition, passed), passed);
      }
      for (const i of VISIT_WRITERS.keys()) await this.#rows?.write(tx, i, changes);
      await this.#writeFacts(tx, facts);
      await this.#writeBuilding(tx, facts, members);
      for (const { rows, prepared } of visits) {
        for (const i of VISIT_WRITERS.keys()) await rows.write(tx, i, prepared.changes);
        const context = this.contextOf(tx, rows.numbering, rows.label);
        for (const { projection, events } of prepared.facts) await projection.write(context, events);
      }
      await deleteSetAside(tx, event.id);
    });
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
    const [oldest] = this.#underWay;
    try {
      await oldest;
    } catch (error) {
      // A reopened graph must not meet writes of other partitions that are still running.
      await Promise.allSettled(this.#turns.values());
      throw error;
    }
    // Others may have waited for the same one.
    if (this.#underWay[0] === oldest) void this.#underWay.shift();
  }

  /**
   * Each writer continues with the next batch as soon as it is done, whatever the others do. Diaries come after slots:
   * after a crash the visits are in the state in which the diaries hold them, and events from there on meet that state
   * as they did before, whichever slots have passed them. Facts come last: they are never ahead of the visits, so that
   * a place's length of stay is still the one that held for the first event that is processed again.
   */
  async #commit(batch: Prepared): Promise<void> {
    const { position, changes, facts, aside } = batch;
    const rows = this.#rows;
    const write = (writers: readonly string[], before: Promise<unknown>) => {
      const written = Promise.all(
        writers.map((writer) =>
          this.#inTurn(writer, async () => {
            await before;
            const i = VISIT_WRITERS.indexOf(writer);
            await this.#partition(writer, batch, async (tx) => rows?.write(tx, i, changes));
          }),
        ),
      );
      // After the failure of an earlier batch, the turn of the next writers, which await this, never comes.
      written.catch(() => undefined);
      return written;
    };
    const slots = write(rows ? SLOTS : [], Promise.resolve());
    const written = write(rows ? DIARIES : [], slots);
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

  /** Writes a late event for those of the facts that are being built. */
  async #writeBuilding(tx: Tx, facts: readonly Facts[], members: readonly Member[]): Promise<void> {
    const context = this.contextOf(tx, this.#numbering, this.members.labelAmong(this.members.building()));
    for (const { projection, events } of facts) {
      if (members.some((each) => each.projection === projection)) await projection.write(context, events);
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
    if (partition === FACTS) return [this.members.move(from)];
    return this.#rows ? [this.#rows.move(partition, from)] : [];
  }

  /** After a failure nothing more is written: later writes would lack the failed one. */
  #inTurn(partition: string, work: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(partition) ?? Promise.resolve();
    const turn = before.then(work);
    turn.catch(() => undefined);
    this.#turns.set(partition, turn);
    return turn;
  }

  async #partition(
    partition: string,
    { position, given }: { position: Position; given?: MarkedEvent | undefined },
    write: (tx: Tx) => Promise<void>,
  ): Promise<void> {
    const from = this.#passed.get(partition);
    if (from && comparePositions(position, from) <= 0) return;
    await inTransaction(this.driver, 'write', async (tx) => {
      await moveCheckpoints(tx, this.state.epoch, partition, this.#movesOf(partition, from), position, given);
      await write(tx);
    });
    this.#passed.set(partition, position);
    this.#given = latest([this.#given, given]);
  }
}
