import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  comparePositions,
  type EventStore,
  type MarkedEvent,
  type Position,
  type RecordedEvent,
} from '../event-log/event-store.js';
import { lastOf } from '../event-log/log-mark.js';
import { DIARIES, moveCheckpoints, movesOf, OutOfStep, SLOTS } from './checkpoints.js';
import { createDiaries, packedDiaries, type DiaryRow } from './diary-writer.js';
import type { Driver } from './driver.js';
import { labelling, namesOf, type LabelOf } from './instances.js';
import type { Member } from './members.js';
import { inTransaction, int, rows, type Tx } from './neo4j.js';
import { Numbering } from './numbering.js';
import type { VisitProjection, VisitStep } from './projection.js';
import type { GraphWriter } from './projector.js';
import { removeRows } from './removal.js';
import { Gathered } from './replay.js';
import { createSlots, packedSlots, type SlotRow } from './slot-writer.js';
import { SlotSpill } from './slot-spill.js';
import { staysOf } from './visit-rows.js';

const SIZES: Sizes = { events: 5_000, portion: 65_536, rows: 8_000 };
/** The most bytes of one transaction, except of a single row. */
const BYTES_AT_ONCE = 4 * 2 ** 20;
/** Milliseconds that a batch of the log that is not full waits for more. */
const MAX_WAIT = 100;
/** The most people, and the most places, whose numbers are cached. */
const NUMBERS_KEPT = 400_000;
/** Transactions at a time. */
const UNDER_WAY = 2;
/** Milliseconds between looks for the end of the log, notes of the progress in the graph, and lines about it. */
const LOOK_EVERY = 250;
/** Milliseconds after which a rest that does not move is not waited for. */
const STANDS_STILL = 5_000;
const NOTE_EVERY = 1_000;
const SAY_EVERY = 5_000;

interface Means {
  driver: Driver;
  store: EventStore;
  writer: GraphWriter;
  signal: AbortSignal;
  say: (line: string) => void;
  sizes?: Partial<Sizes> | undefined;
}

/** How much of a rebuild is in memory at a time. */
export interface Sizes {
  /** The most events in one batch of the log. */
  events: number;
  /** The most reports of visits, and the most records of slots, unless one person or slot has more. */
  portion: number;
  /** The most rows of one transaction. */
  rows: number;
}

/**
 * Builds the rows of visits that have passed nothing yet, up to the position of the rest: reads the log once, and writes
 * each slot and each diary once, whole. Only its end moves the checkpoints. If it is interrupted, the next one begins
 * anew; if another process begins one, this one fails. Does nothing for rows that have passed something, and for a log
 * without visits.
 * @throws OutOfStep if another projector rebuilds them, or the graph was emptied.
 */
export async function rebuildVisits(means: Means, member: Member<VisitProjection>): Promise<void> {
  if (member.instance.passed) return;
  await new Rebuild(means, member).run();
}

class Rebuild {
  readonly #road = randomUUID();
  readonly #sizes: Sizes;
  readonly #label: LabelOf;
  readonly #numbering: Numbering;
  readonly #gathered: Gathered;
  readonly #slots = new SlotSpill();
  readonly #progress: Progress;
  /** Batches that the log gave. */
  #batches = 0;
  #passed: Position | undefined;
  #given: MarkedEvent | undefined;

  constructor(
    private readonly means: Means,
    private readonly member: Member<VisitProjection>,
  ) {
    const { driver, writer, say, sizes } = means;
    this.#sizes = { ...SIZES, ...sizes };
    this.#label = labelling([member.instance]);
    this.#numbering = new Numbering(driver, writer.epoch, this.#label, NUMBERS_KEPT);
    this.#gathered = new Gathered(this.#numbering);
    this.#progress = new Progress(
      (line) => say(`${member.projection.name}: ${line}`),
      (percent) => this.#note(percent),
    );
  }

  async run(): Promise<void> {
    const { driver, signal } = this.means;
    const { instance } = this.member;
    try {
      await this.#claim();
      // Of a rebuild that was interrupted. Its process cannot write any more.
      await removeRows(driver, namesOf(instance), signal);
      await this.#gather();
      if (signal.aborted) return;
      await this.#writeDiaries();
      if (signal.aborted) return;
      await this.#writeSlots();
      if (!signal.aborted) await this.#finish();
    } finally {
      await Promise.all([this.#gathered.close(), this.#slots.close()]);
    }
  }

  /** Takes the build from any other process: from then on, only this one can write into it. */
  async #claim(): Promise<void> {
    const { name, partitions } = this.member.instance;
    const claimed = await inTransaction(this.means.driver, 'write', async (tx) => {
      const [found] = await rows<{ count: number }>(
        tx,
        `MATCH (c:Checkpoint {projection: $name, state: 'building'})
         WHERE c.epoch = $epoch AND c.partition IN $partitions AND c.commit = -1
         SET c.road = $road, c.percent = 0 RETURN count(c) AS count`,
        { name, partitions, epoch: this.means.writer.epoch, road: this.#road },
      );
      return found?.count ?? 0;
    });
    if (claimed !== partitions.length) throw new OutOfStep('another projector builds the visits');
  }

  /**
   * Must be called first in every transaction of the rebuild. It takes the lock of a checkpoint, so that whoever claims
   * the build waits for the transaction.
   * @param turn transactions of different turns do not wait for each other.
   */
  async #own(tx: Tx, turn: number): Promise<void> {
    const { name, partitions } = this.member.instance;
    const found = await rows(
      tx,
      `MATCH (c:Checkpoint {projection: $name, partition: $partition}) SET c.moving = true
       WITH c WHERE c.epoch = $epoch AND c.road = $road AND c.state = 'building' AND c.commit = -1 RETURN 1 AS own`,
      {
        ...{ name, partition: partitions[turn % partitions.length] },
        ...{ epoch: this.means.writer.epoch, road: this.#road },
      },
    );
    if (found.length === 0) throw new OutOfStep('another projector builds the visits');
  }

  /** Reads the log up to the position of the rest. */
  async #gather(): Promise<void> {
    const { store, writer, signal } = this.means;
    const { events } = this.member.projection;
    const began = Date.now();
    const ended = new AbortController();
    let failure: unknown;
    const looks = this.#lookForEnd(ended).catch((error: unknown) => {
      failure = error;
      ended.abort();
    });
    try {
      const stop = AbortSignal.any([signal, ended.signal]);
      const follow = { after: undefined, events, maxEvents: this.#sizes.events, maxWait: MAX_WAIT, signal: stop };
      for await (const batch of store.follow(follow)) {
        this.#batches++;
        const end = batch.events.at(-1);
        if (!end) continue;
        // Once the rest has passed the events, it is known which of them are set aside.
        const whole = await this.#restPasses(end.position, stop);
        if (stop.aborted) break;
        const passed = whole
          ? batch.events
          : batch.events.filter(({ position }) => !isBefore(writer.factsPassed, position));
        await this.#take(passed);
        // What follows came after the beginning, and there may never be an end of it.
        if (!whole || end.recordedAt.getTime() >= began) break;
        if (batch.events.length < this.#sizes.events && !(await store.isBehind(end.position, events.types))) break;
      }
    } finally {
      ended.abort();
      await looks;
    }
    if (failure !== undefined) throw failure as Error;
  }

  /** Waits until the rest has passed a position. False if it stands still before. */
  async #restPasses(position: Position, stop: AbortSignal): Promise<boolean> {
    const { writer } = this.means;
    let before = writer.factsPassed;
    let moved = Date.now();
    while (isBefore(writer.factsPassed, position)) {
      await delay(LOOK_EVERY, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) return false;
      if (isBefore(before, writer.factsPassed)) [before, moved] = [writer.factsPassed, Date.now()];
      else if (Date.now() - moved > STANDS_STILL) return false;
    }
    return true;
  }

  /** Ends the reading of a log that holds no further events of visits: no batch would show that. */
  async #lookForEnd(ended: AbortController): Promise<void> {
    const { store, signal } = this.means;
    const { types } = this.member.projection.events;
    for (let before = -1; !ended.signal.aborted && !signal.aborted;) {
      if (this.#batches === before && !(await store.isBehind(this.#passed, types))) return ended.abort();
      before = this.#batches;
      await delay(LOOK_EVERY, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }

  async #take(events: RecordedEvent[]): Promise<void> {
    const { writer } = this.means;
    const last = events.at(-1);
    if (!last) return;
    const { projection } = this.member;
    const aside = new Set(writer.aside.map(({ id }) => id));
    const steps: { step: VisitStep; id: string }[] = [];
    const stays: RecordedEvent[] = [];
    const people = new Set<string>();
    const places = new Set<string>();
    for (const event of events) {
      if (aside.has(event.id)) continue;
      const step = projection.step(event);
      steps.push({ step, id: event.id });
      if ('report' in step) {
        people.add(step.report.personId);
        if (step.report.placeId !== null) places.add(step.report.placeId);
      } else {
        stays.push(event);
        if ('placeId' in step) places.add(step.placeId);
      }
    }
    if (this.#numbering.full) this.#numbering.forget();
    await this.#numbering.ensure(people, places);
    for (const { step, id } of steps) this.#gathered.add(step, id);
    if (stays.length > 0) {
      await this.#write(0, (tx) =>
        staysOf(projection).write(writer.contextOf(tx, this.#numbering, this.#label), stays),
      );
    }
    await this.#gathered.settle();
    this.#passed = last.position;
    this.#given = lastOf({ events, unreadable: [] });
    const whole = Number(writer.factsPassed?.commit ?? 1n);
    const part = Math.min(1, Number(last.position.commit) / whole);
    await this.#progress.at('visits read', this.#gathered.reports, 0.5 * part);
  }

  /** Writes all diaries, and puts what slots hold in order. */
  async #writeDiaries(): Promise<void> {
    const diaries = this.#sender<DiaryRow>(createDiaries, ([, packed]) => packed.length);
    let done = 0;
    for await (const { reports, changes } of this.#gathered.changes(this.#sizes.portion)) {
      for (const writer of DIARIES.keys()) {
        for (const row of packedDiaries(changes.diaries(writer))) await diaries.add(row);
      }
      for (const writer of SLOTS.keys()) for (const row of packedSlots(changes.slots(writer))) this.#slots.add(row);
      await this.#slots.settle();
      done += reports;
      await this.#progress.at('written in diaries', done, 0.5 + (0.25 * done) / this.#gathered.reports);
      if (this.means.signal.aborted) break;
    }
    await diaries.end();
  }

  async #writeSlots(): Promise<void> {
    const slots = this.#sender<SlotRow>(createSlots, ({ packed }) => packed.length);
    const { count } = this.#slots;
    let done = 0;
    for await (const { records, rows: whole } of this.#slots.slots(this.#sizes.portion)) {
      for (const row of whole) await slots.add(row);
      done += records;
      await this.#progress.at('written in slots', done, 0.75 + (0.25 * done) / count);
      if (this.means.signal.aborted) break;
    }
    await slots.end();
  }

  #sender<Row>(create: (tx: Tx, label: LabelOf, rows: readonly Row[]) => Promise<void>, sizeOf: (row: Row) => number) {
    const write = (rows: readonly Row[], turn: number) => this.#write(turn, (tx) => create(tx, this.#label, rows));
    return new Sender(write, sizeOf, this.#sizes.rows);
  }

  async #finish(): Promise<void> {
    const { instance } = this.member;
    await this.#write(0, async (tx) => {
      const moves = movesOf(instance, undefined);
      await moveCheckpoints(tx, this.means.writer.epoch, 'what is being made', moves, this.#passed, this.#given);
      const { name } = instance;
      await tx.run(
        'MATCH (c:Checkpoint {projection: $name}) WHERE c.road = $road SET c.road = null, c.percent = null',
        { name, road: this.#road },
      );
    });
    Object.assign(instance, { passed: this.#passed, given: this.#given, percent: null });
  }

  async #note(percent: number): Promise<void> {
    await this.#write(0, (tx) =>
      tx.run('MATCH (c:Checkpoint {projection: $name}) WHERE c.road = $road SET c.percent = $percent', {
        ...{ name: this.member.instance.name, road: this.#road, percent: int(percent) },
      }),
    );
  }

  async #write(turn: number, work: (tx: Tx) => Promise<unknown>): Promise<void> {
    await inTransaction(this.means.driver, 'write', async (tx) => {
      await this.#own(tx, turn);
      await work(tx);
    });
  }
}

/** Sends rows in large transactions, several at a time. */
class Sender<Row> {
  #rows: Row[] = [];
  #bytes = 0;
  #turn = 0;
  readonly #underWay = Array.from({ length: UNDER_WAY }, () => Promise.resolve());

  constructor(
    private readonly write: (rows: readonly Row[], turn: number) => Promise<void>,
    private readonly sizeOf: (row: Row) => number,
    private readonly most: number,
  ) {}

  async add(row: Row): Promise<void> {
    this.#rows.push(row);
    this.#bytes += this.sizeOf(row);
    if (this.#rows.length >= this.most || this.#bytes >= BYTES_AT_ONCE) await this.#send();
  }

  /** Must be called once, last. @throws the error of a transaction. */
  async end(): Promise<void> {
    if (this.#rows.length > 0) await this.#send();
    await Promise.all(this.#underWay);
  }

  async #send(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#bytes = 0;
    const turn = this.#turn++ % UNDER_WAY;
    await this.#underWay[turn];
    const written = this.write(rows, turn);
    // Awaited later; until then a failure must not count as an unhandled rejection.
    written.catch(() => undefined);
    this.#underWay[turn] = written;
  }
}

/** Says and notes now and then how much is done. */
class Progress {
  #noted = Date.now();
  #said = Date.now();
  /** What was being done when it said something last, and how much of that was done. */
  #before = { what: '', count: 0 };

  constructor(
    private readonly say: (line: string) => void,
    private readonly note: (percent: number) => Promise<void>,
  ) {}

  /**
   * @param what is being done, as in "12 visits read".
   * @param count how much of that is done.
   * @param part how much of everything is done, from 0 to 1.
   */
  async at(what: string, count: number, part: number): Promise<void> {
    const now = Date.now();
    const percent = Math.min(99, Math.floor(part * 100));
    if (now - this.#said >= SAY_EVERY) {
      const since = count - (this.#before.what === what ? this.#before.count : 0);
      const rate = Math.round((since / (now - this.#said)) * 1000);
      this.say(`${percent} % rebuilt, ${count} ${what}, ${rate} a second`);
      this.#said = now;
      this.#before = { what, count };
    }
    if (now - this.#noted < NOTE_EVERY) return;
    this.#noted = now;
    await this.note(percent);
  }
}

/** Undefined, which means that nothing was passed, comes before everything. */
function isBefore(a: Position | undefined, b: Position | undefined): boolean {
  return b !== undefined && (!a || comparePositions(a, b) < 0);
}
