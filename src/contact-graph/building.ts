import { randomUUID } from 'node:crypto';
import type { Driver } from './driver.js';
import { setTimeout as delay } from 'node:timers/promises';
import {
  comparePositions,
  type Batch,
  type EventStore,
  type Position,
  type RecordedEvent,
} from '../event-log/event-store.js';
import { lastOf } from '../event-log/log-mark.js';
import { eventSet, union, type EventSet } from '../kernel/event.js';
import {
  checkpointsFor,
  FACTS,
  moveCheckpoints,
  movesOf,
  nameMembers,
  OutOfStep,
  readGraphState,
  VISIT_WRITERS,
} from './checkpoints.js';
import { baseOf, kindOf, namesOf } from './instances.js';
import { makeSchema } from './label-schema.js';
import type { Member } from './members.js';
import { inTransaction, int, rows, type Tx } from './neo4j.js';
import { Numbering } from './numbering.js';
import { portionsOf, type Facts } from './portions.js';
import type { Prepared } from './preparation.js';
import { isOfVisits, type FactProjection, type VisitProjection } from './projection.js';
import type { GraphWriter } from './projector.js';

export interface BuildingOptions {
  driver: Driver;
  store: EventStore;
  writer: GraphWriter;
  signal: AbortSignal;
  /** The most events in one batch. */
  maxEvents?: number;
  /** Called with a line when a rebuild begins and when it is done. */
  say: (line: string) => void;
  /** Called with each error after which the build continues from its checkpoint. */
  onError: (error: unknown) => void;
}

const MAX_EVENTS = 5_000;
const MAX_WAIT = 40;
/** Milliseconds between checks whether something has to be built, or has caught up with the rest. */
const LOOK_EVERY = 500;
const LONGEST_PAUSE = 5_000;
const REMOVED_AT_ONCE = 20_000;

/**
 * Builds projections of which the graph holds another version, no rows, or rows that somebody wants rebuilt. They are
 * built from the log one after another, beside the existing rows, each with a checkpoint of its own, and then join the
 * rest. Runs until the signal aborts.
 * @throws OutOfStep if another projector is building too, or the graph was emptied.
 */
export async function buildBeside(options: BuildingOptions): Promise<void> {
  const { driver, writer, signal } = options;
  let pause = LOOK_EVERY;
  while (!signal.aborted) {
    try {
      await refresh(driver, writer);
      await removeOld(driver, writer, signal);
      const members = await begin(driver, writer, signal);
      if (members) {
        await build(options, members);
        pause = LOOK_EVERY;
        continue;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof OutOfStep) throw error;
      options.onError(error);
      await noteTrouble(driver, writer.epoch, String((error as Error).message)).catch(() => undefined);
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

async function refresh(driver: Driver, writer: GraphWriter): Promise<void> {
  const state = await readGraphState(driver);
  if (state?.epoch !== writer.epoch) throw new OutOfStep('the graph was emptied');
  // Projections join the rest in the turn of the facts, so reading which have joined also takes that turn.
  await writer.betweenFacts(async () => writer.refresh(state.instances));
}

/** Removes replaced rows, and rows that no program of this version writes. */
async function removeOld(driver: Driver, { members, epoch }: GraphWriter, signal: AbortSignal): Promise<void> {
  const kept = new Set(members.kept.flatMap(namesOf));
  for (const instance of members.gone) {
    const names = namesOf(instance).filter((each) => !kept.has(each));
    for (const removal of removalsOf(names)) {
      for (let removed = -1; removed !== 0 && !signal.aborted;) removed = await removePart(driver, removal);
    }
    if (signal.aborted) return;
    await inTransaction(driver, 'write', (tx) =>
      tx.run(
        'MATCH (c:Checkpoint {projection: $name}) WHERE c.epoch = $epoch AND c.partition IN $partitions DELETE c',
        { name: instance.name, partitions: instance.partitions, epoch },
      ),
    );
  }
}

/** Relationships come first: a node may have too many for removing it in one transaction. */
function removalsOf(names: readonly string[]): string[] {
  const of = (kind: string) => names.filter((name) => kindOf(baseOf(name)) === kind);
  return [
    ...of('relationship').map((type) => `MATCH ()-[r:\`${type}\`]->() WITH r LIMIT $limit DELETE r`),
    ...of('key').map((name) => {
      const [label = '', key = ''] = name.split('.');
      return `MATCH (r:\`${label}\`) WHERE r.\`${key}\` IS NOT NULL WITH r LIMIT $limit REMOVE r.\`${key}\``;
    }),
    ...of('label').map((label) => `MATCH (r:\`${label}\`) WITH r LIMIT $limit DETACH DELETE r`),
  ];
}

async function removePart(driver: Driver, removal: string): Promise<number> {
  return inTransaction(driver, 'write', async (tx) => {
    const [row] = await rows<{ count: number }>(tx, `${removal} RETURN count(r) AS count`, {
      limit: int(REMOVED_AT_ONCE),
    });
    return row?.count ?? 0;
  });
}

/** Creates checkpoints for the next family to build, or resumes it; undefined if there is nothing to build. */
async function begin(driver: Driver, writer: GraphWriter, signal: AbortSignal): Promise<Member[] | undefined> {
  const { members, epoch } = writer;
  const family = members.next();
  if (!family) return undefined;
  const begun = members.building(family);
  if (begun.length === family.length) return begun;
  // A build begun without other members of its family has written to rows that are not the family's.
  await inTransaction(driver, 'write', (tx) =>
    tx.run(
      "MATCH (c:Checkpoint {state: 'building'}) WHERE c.epoch = $epoch AND c.projection IN $names SET c.state = 'old'",
      { epoch, names: begun.map(({ projection }) => projection.name) },
    ),
  );
  await refresh(driver, writer);
  await removeOld(driver, writer, signal);
  const checkpoints: ReturnType<typeof checkpointsFor> = [];
  for (const projection of family) {
    const { name, version, owns } = projection;
    // `again` alternates, so that a rebuild beside rows of the same version gets different names.
    const again = members.kept.some((each) => each.name === name && each.version === version && !each.again);
    await makeSchema(driver, owns, { version, again });
    const writers = isOfVisits(projection) ? VISIT_WRITERS : [FACTS];
    checkpoints.push(...checkpointsFor(projection, writers, { again, state: 'building' }));
  }
  await inTransaction(driver, 'write', async (tx) => {
    await tx.run(
      `MATCH (g:Graph {name: 'contact'}) WHERE g.epoch = $epoch AND g.emptied IS NULL
       UNWIND $checkpoints AS row
       MERGE (c:Checkpoint {projection: row.projection, partition: row.partition})
       ON CREATE SET c += row, c.epoch = g.epoch, c.commit = -1, c.prepare = -1, c.made = $made`,
      { epoch, checkpoints, made: randomUUID() },
    );
    await tx.run('MATCH (c:Checkpoint) WHERE c.projection IN $names SET c.wanted = null', {
      names: family.map(({ name }) => name),
    });
  });
  await refresh(driver, writer);
  const made = members.building(family);
  if (made.length < family.length) throw new OutOfStep('another projector prepared the same build');
  return made;
}

/** Feeds the projections being built from the log, until they have caught up with the rest. */
async function build(options: BuildingOptions, members: Member[]): Promise<void> {
  const { driver, store, writer, signal, maxEvents = MAX_EVENTS, say } = options;
  const names = members.map(({ projection }) => projection.name).join(', ');
  say(`${names}: being built from the log, beside the existing rows`);
  const site = new Site(driver, writer, members, await visitsOf(writer, members));
  const fed = new AbortController();
  let failure: unknown;
  const looks = lookNowAndThen(site, store, fed.signal)
    .catch((error: unknown) => (failure = error))
    .finally(() => fed.abort());
  try {
    const batches = store.follow({
      ...{ after: site.passed, given: site.given, events: site.events, maxEvents, maxWait: MAX_WAIT },
      signal: AbortSignal.any([signal, fed.signal]),
    });
    for await (const batch of batches) {
      await site.take(batch);
      if (site.joined) break;
    }
  } finally {
    fed.abort();
    await looks;
  }
  if (failure !== undefined) throw failure as Error;
  if (site.joined) say(`${names}: built, and read from now on`);
}

type Visits = Awaited<ReturnType<GraphWriter['besides']>>;

/** What is needed to write visits, if they are among what is being built. */
async function visitsOf(writer: GraphWriter, members: readonly Member[]): Promise<Visits | undefined> {
  const member = members.find(isVisiting);
  return member && writer.besides(member);
}

function isVisiting(member: Member): member is Member<VisitProjection> {
  return isOfVisits(member.projection);
}

function isOfFacts(member: Member): member is Member<FactProjection> {
  return !isOfVisits(member.projection);
}

/** Detects that the log holds no further events for the projections: no batch would show that they are done. */
async function lookNowAndThen(site: Site, store: EventStore, fed: AbortSignal): Promise<void> {
  while (!site.joined) {
    await delay(LOOK_EVERY, undefined, { signal: fed }).catch(() => undefined);
    if (fed.aborted) return;
    await site.joinAtEnd(store);
  }
}

/** The build of one family of projections. */
class Site {
  joined = false;
  readonly events: EventSet;
  readonly #numbering: Numbering;
  /** Runs one batch or one check at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly driver: Driver,
    private readonly writer: GraphWriter,
    private readonly members: Member[],
    private readonly visits: Visits | undefined,
  ) {
    this.#numbering = visits?.rows.numbering ?? new Numbering(driver, writer.epoch, writer.members.label);
    const [first, ...rest] = members.map(({ projection }) => projection.events);
    this.events = rest.reduce<EventSet>((all, each) => union(all, each), first ?? eventSet());
  }

  /** The position of the member that is furthest behind. */
  get passed(): Position | undefined {
    return this.#least.instance.passed;
  }

  get given() {
    return this.#least.instance.given;
  }

  get #least(): Member {
    return this.members.reduce((least, each) => (isBefore(each.instance.passed, least.instance.passed) ? each : least));
  }

  /**
   * Writes a batch, but never beyond the position of the rest, whose rows the members may be made of. A batch that
   * reaches beyond it makes the members join.
   */
  take(batch: Batch): Promise<void> {
    return this.#inTurn(async () => {
      if (!isBefore(this.writer.factsPassed, batch.position)) return this.#write(batch);
      return this.#undisturbed(() => this.#join(batch));
    });
  }

  /** Joins if the log holds no further events for the members. */
  joinAtEnd(store: EventStore): Promise<void> {
    return this.#inTurn(async () => {
      if (await store.isBehind(this.passed, this.events.types)) return;
      await this.#undisturbed(async () => {
        if (!(await store.isBehind(this.passed, this.events.types))) await this.#join();
      });
    });
  }

  /** Runs work while the rest does not move: no facts for facts, nothing at all for visits, whose rows it replaces. */
  #undisturbed(work: () => Promise<void>): Promise<void> {
    return this.visits ? this.writer.alone(work) : this.writer.betweenFacts(work);
  }

  async #write({ events, position }: Batch): Promise<void> {
    const aside = new Set(this.writer.aside.map(({ id }) => id));
    const taken = events.filter(({ id }) => !aside.has(id));
    const facts = this.#factsOf(taken);
    await this.#number(facts);
    const visits = await this.#visitsIn({ events: taken, position });
    const portions = portionsOf(facts, position);
    for (const [i, portion] of portions.entries()) {
      const within = taken.filter((event) => comparePositions(event.position, portion.position) <= 0);
      await this.#move(portion.facts, portion.position, within, i === portions.length - 1 ? visits : undefined);
    }
  }

  /** @param visits of the whole batch; omitted if a further portion of it follows. */
  async #move(facts: readonly Facts[], to: Position, events: RecordedEvent[], visits?: Prepared): Promise<void> {
    const given = lastOf({ events, unreadable: [] });
    const moving = this.members.filter(
      (member) => isBefore(member.instance.passed, to) && (visits || isOfFacts(member)),
    );
    await inTransaction(this.driver, 'write', async (tx) => {
      await moveCheckpoints(tx, this.writer.epoch, 'what is being made', this.#moves(moving), to, given);
      await this.#writeFacts(tx, facts);
      if (visits) await this.#writeVisits(tx, visits);
    });
    for (const { instance } of moving) Object.assign(instance, { passed: to, given: given ?? instance.given });
  }

  /**
   * Must be called while no facts are written, so that the rest does not move meanwhile.
   * @param batch reaches beyond the rest, unless the rest has moved on since; undefined if no events are left.
   */
  async #join(batch?: Batch): Promise<void> {
    const { writer, members } = this;
    const passed = writer.factsPassed;
    if (batch && isBefore(batch.position, passed)) return this.#write(batch);
    const before = batch?.events.filter(({ position }) => passed && comparePositions(position, passed) <= 0) ?? [];
    const last = before.at(-1);
    if (last) await this.#write({ events: before, position: last.position });
    await inTransaction(this.driver, 'write', async (tx) => {
      // Another projector that moves the rest has to wait, or fails with OutOfStep.
      await moveCheckpoints(tx, writer.epoch, 'the rest', [writer.members.move(passed)], passed);
      await moveCheckpoints(tx, writer.epoch, 'what is being made', this.#moves(members), passed);
      await tx.run(
        `MATCH (c:Checkpoint) WHERE c.epoch = $epoch AND c.projection IN $names
         SET c.state = CASE c.state WHEN 'building' THEN 'active' ELSE 'old' END, c.trouble = null`,
        { epoch: writer.epoch, names: members.map(({ projection }) => projection.name) },
      );
      await nameMembers(tx);
    });
    writer.members.join(members, passed);
    if (this.visits) writer.takeOver(this.visits.rows);
    this.joined = true;
  }

  /** For each member, the events that it has not passed. */
  #factsOf(events: RecordedEvent[]): Facts[] {
    return this.members.filter(isOfFacts).map(({ projection, instance }) => ({
      projection,
      events: events.filter((event) => projection.events.includes(event) && isBefore(instance.passed, event.position)),
    }));
  }

  async #visitsIn({ events, position }: Batch): Promise<Prepared | undefined> {
    const member = this.members.find(isVisiting);
    if (!member || !this.visits) return undefined;
    const { passed } = member.instance;
    return this.visits.preparation.of({ events: events.filter((event) => isBefore(passed, event.position)), position });
  }

  async #number(facts: readonly Facts[]): Promise<void> {
    const mentioned = facts.flatMap(({ projection, events }) => events.map((event) => projection.mentions(event)));
    if (this.#numbering.full) this.#numbering.forget();
    await this.#numbering.ensure(
      new Set(mentioned.flatMap(({ people = [] }) => people)),
      new Set(mentioned.flatMap(({ places = [] }) => places)),
    );
  }

  async #writeFacts(tx: Tx, facts: readonly Facts[]): Promise<void> {
    const label = this.writer.members.labelAmong(this.members);
    const context = this.writer.contextOf(tx, this.#numbering, label);
    for (const { projection, events } of facts) if (events.length > 0) await projection.write(context, events);
  }

  async #writeVisits(tx: Tx, { changes, facts }: Prepared): Promise<void> {
    await this.#writeFacts(tx, facts);
    for (const i of VISIT_WRITERS.keys()) await this.visits?.rows.write(tx, i, changes);
  }

  #moves(members: readonly Member[]) {
    return members.flatMap(({ instance }) => movesOf(instance, instance.passed));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => (this.joined ? undefined : work()));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Undefined, which means that nothing was passed, comes before everything. */
function isBefore(a: Position | undefined, b: Position | undefined): boolean {
  if (!b) return false;
  return !a || comparePositions(a, b) < 0;
}

async function noteTrouble(driver: Driver, epoch: string, trouble: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (c:Checkpoint {state: 'building'}) WHERE c.epoch = $epoch SET c.trouble = $trouble", {
      epoch,
      trouble,
    }),
  );
}
