import { randomUUID } from 'node:crypto';
import type { Driver } from './driver.js';
import { comparePositions, type MarkedEvent, type Position } from '../event-log/event-store.js';
import { readMark, writeMark } from '../event-log/log-mark.js';
import { baseOf, familyOf, served, suffixOf, type Described, type Instance, type InstanceState } from './instances.js';
import { inTransaction, int, positionFrom, rows, type Tx } from './neo4j.js';
import { isReadable } from './reads.js';

/** Format of the graph; a graph of another format is rebuilt from the log. */
export const GRAPH_FORMAT = 7;
export const FACTS = 'facts';
/** Names of the writers of slots, by number; each has its own slots. */
export const SLOTS = ['slots-0', 'slots-1'];
/** Names of the writers of diaries, by number; each has the diaries of its own people. */
export const DIARIES = ['diaries-0', 'diaries-1'];
/** Names of all writers of visits. In each batch, diaries come after all slots. */
export const VISIT_WRITERS = [...SLOTS, ...DIARIES];
/** Names of all writers; one of them writes all projections of facts together. */
export const PARTITIONS = [FACTS, ...VISIT_WRITERS];

/**
 * The checkpoint of all active projections of facts: they are written in one transaction, so only this one is moved. It
 * names all active builds, visits included, since the lengths of stay that visits read are written with the facts: a
 * process that does not know which builds are active now cannot move it.
 */
const TOGETHER = { projection: 'facts', partition: FACTS, state: 'shared' } as const;

/** Identifies a checkpoint by its projection and the partition that writes it. */
export interface CheckpointName {
  projection: string;
  partition: string;
}

/** Another process moved a checkpoint or rebuilt the graph, so this process's state of it is invalid. */
export class OutOfStep extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'OutOfStep';
  }
}

export interface GraphState {
  /** Changes with every rebuild: numbers and slots are only valid within one epoch. */
  epoch: string;
  storeId: string;
  format: number;
  /** The graph has not caught up with the log since it was created: answers would omit what it still lacks. */
  filling: boolean;
  /** Changes with the builds that queries read; null in a graph that no projector of this version has opened yet. */
  stamp: string | null;
  /**
   * By name of the writer; undefined while it has passed nothing. All active projections of facts share one position;
   * writers of visits are only listed while the projection of visits is active.
   */
  passed: Map<string, Position | undefined>;
  /** All builds of projections, in any state. */
  instances: Instance[];
  /** The last event of each partition, without duplicates. */
  given: MarkedEvent[];
}

export function readGraphState(driver: Driver): Promise<GraphState | undefined> {
  return inTransaction(driver, 'read', graphStateIn);
}

/** Undefined if there is no graph, or it is being emptied. */
export async function graphStateIn(tx: Tx): Promise<GraphState | undefined> {
  const [found] = await rows<Omit<GraphState, 'passed' | 'instances' | 'given'> & { checkpoints: Checkpoint[] }>(
    tx,
    `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
     RETURN g.epoch AS epoch, g.storeId AS storeId, g.format AS format, coalesce(g.filling, false) AS filling,
            g.served AS stamp,
            COLLECT {
              MATCH (c:Checkpoint) WHERE c.epoch = g.epoch
              RETURN {
                name: c.projection, partition: c.partition, version: c.version, again: c.again, state: c.state,
                owns: c.owns, wanted: coalesce(c.wanted, false), trouble: c.trouble, made: c.made,
                commit: toString(c.commit), prepare: toString(c.prepare), given: c.given
              }
            } AS checkpoints`,
  );
  if (!found) return undefined;
  const { checkpoints, ...graph } = found;
  const passed = new Map<string, Position | undefined>();
  const instances = new Map<string, Instance>();
  const given = new Map<string, MarkedEvent>();
  const shared = checkpoints.find(({ state }) => state === TOGETHER.state);
  const together = shared && standOf(shared);
  for (const { partition, commit, prepare, given: text, ...build } of checkpoints.filter(isOfBuild)) {
    const isMember = build.state === 'active' && baseOf(partition) === FACTS;
    const { position, event } = isMember && together ? together : standOf({ commit, prepare, given: text });
    const key = `${build.name}${suffixOf(build)}`;
    instances.set(
      key,
      withPartition(instances.get(key), { ...build, partitions: [partition], passed: position, given: event }),
    );
    if (build.state !== 'active') continue;
    const writer = baseOf(partition);
    passed.set(writer, passed.has(writer) ? earlier(passed.get(writer), position) : position);
    if (event) given.set(event.id, event);
  }
  return { ...graph, passed, instances: [...instances.values()], given: [...given.values()] };
}

/** A build with one more of its partitions: it has passed what all of them have. */
function withPartition(build: Instance | undefined, more: Instance): Instance {
  if (!build) return more;
  const passed = earlier(build.passed, more.passed);
  return {
    ...build,
    ...{ partitions: [...build.partitions, ...more.partitions], passed },
    given: passed === build.passed ? build.given : more.given,
    wanted: build.wanted || more.wanted,
  };
}

/** Where a checkpoint stands. */
function standOf({ commit, prepare, given }: Pick<Checkpoint, 'commit' | 'prepare' | 'given'>) {
  return {
    position: commit === '-1' ? undefined : positionFrom(commit, prepare),
    event: given === null ? undefined : readMark(given)?.event,
  };
}

function isOfBuild(checkpoint: Checkpoint): checkpoint is Checkpoint & Pick<Instance, 'state'> {
  return checkpoint.state !== TOGETHER.state;
}

interface Checkpoint extends Omit<Instance, 'passed' | 'given' | 'partitions' | 'state'> {
  partition: string;
  state: InstanceState | typeof TOGETHER.state;
  commit: string;
  prepare: string;
  given: string | null;
}

/** Whether the graph is of this log and format. */
export function goesOn({ storeId, format }: GraphState, ofLog: string): boolean {
  return storeId === ofLog && format === GRAPH_FORMAT;
}

/** Undefined, which means that nothing was passed, comes before everything. */
function earlier(a: Position | undefined, b: Position | undefined): Position | undefined {
  if (!a || !b) return undefined;
  return comparePositions(a, b) < 0 ? a : b;
}

/**
 * Creates the record of an empty graph and its checkpoints, unless another process already has.
 * @param filling whether queries of people fail until `markFilled`.
 */
export async function createGraphState(
  driver: Driver,
  storeId: string,
  filling: boolean,
  visits: Described,
  facts: readonly Described[],
): Promise<void> {
  const ofVisits = checkpointsFor(visits, VISIT_WRITERS, { again: false, state: 'active' });
  const rest = facts.flatMap((each) => checkpointsFor(each, [FACTS], { again: false, state: 'active' }));
  await inTransaction(driver, 'write', async (tx) => {
    const { summary } = await tx.run(
      `MERGE (g:Graph {name: 'contact'})
       ON CREATE SET g.epoch = $epoch, g.storeId = $storeId, g.format = $format, g.nextPerson = 1, g.nextPlace = 1,
                     g.filling = $filling`,
      { epoch: randomUUID(), storeId, format: int(GRAPH_FORMAT), filling: filling || null },
    );
    // Projections that an existing graph lacks are built beside the rest, so they do not become active here.
    if (summary.counters.updates().nodesCreated === 0) return;
    await tx.run(
      `MATCH (g:Graph {name: 'contact'}) UNWIND $checkpoints AS row
       MERGE (c:Checkpoint {projection: row.projection, partition: row.partition})
       SET c += row, c.epoch = g.epoch, c.commit = -1, c.prepare = -1`,
      { checkpoints: [...ofVisits, ...rest, TOGETHER] },
    );
    await nameMembers(tx);
  });
}

/**
 * Marks rows of versions that this program does not write as `left`, and with them the rows made of them, which would
 * otherwise be based on rows that no longer change.
 */
export async function leaveOthers(driver: Driver, projections: readonly Described[]): Promise<void> {
  await inTransaction(driver, 'write', async (tx) => {
    const instances = (await graphStateIn(tx))?.instances ?? [];
    const others = served(instances).filter(({ name, version }) =>
      projections.every((each) => each.name !== name || each.version !== version),
    );
    if (others.length === 0) {
      // A graph of an earlier version; without something to write, this waits for nobody.
      await tx.run("MATCH (g:Graph {name: 'contact'}) WHERE g.served IS NULL SET g.served = randomUUID()");
      return;
    }
    const names = others.flatMap(({ name }) => [name, ...familyOf(name, projections).map((each) => each.name)]);
    // What is left stays where all of them stood.
    await tx.run(
      `MATCH (s:Checkpoint {state: $shared}), (c:Checkpoint {state: 'active'})
       WHERE c.partition STARTS WITH $facts AND c.projection IN $names
       SET c.commit = s.commit, c.prepare = s.prepare, c.given = s.given`,
      { shared: TOGETHER.state, facts: FACTS, names },
    );
    await tx.run("MATCH (c:Checkpoint {state: 'active'}) WHERE c.projection IN $names SET c.state = 'left'", { names });
    await nameMembers(tx);
  });
}

/** Requests a rebuild of a projection and all that are made of it, by the running projector or the next one. */
export async function wantAgain(driver: Driver, name: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (c:Checkpoint {state: 'active', projection: $name}) SET c.wanted = true", { name }),
  );
}

/**
 * The properties of the checkpoints for a build in the graph, except their positions.
 * @param writers `VISIT_WRITERS` for visits, and `FACTS` alone for any other projection.
 */
export function checkpointsFor(
  { name, version, owns }: Described,
  writers: readonly string[],
  { again, state }: { again: boolean; state: InstanceState },
) {
  return writers.map((writer) => ({
    ...{ projection: name, partition: `${writer}${suffixOf({ version, again })}` },
    ...{ version: int(version), owns: [...owns], again, state },
  }));
}

/** Records that the graph has caught up with the log. */
export async function markFilled(driver: Driver, epoch: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (g:Graph {name: 'contact'}) WHERE g.epoch = $epoch SET g.filling = null", { epoch }),
  );
}

/** The position that all writers have passed; undefined while one has passed nothing. */
export function passedByAll(passed: ReadonlyMap<string, Position | undefined>): Position | undefined {
  return [...passed.values()].reduce(earlier, passed.get(FACTS));
}

/**
 * The position that the queried rows of all these projections have passed; undefined while one has passed nothing, or
 * has rows in a form that nobody reads any more.
 */
export function passedBy({ instances }: GraphState, names: readonly string[]): Position | undefined {
  const read = served(instances).filter(isReadable);
  const stand = names.map((name) => read.find((each) => each.name === name)?.passed);
  return stand.reduce(earlier, stand[0]);
}

/** A checkpoint to move, with its expected position and state. */
export interface Move extends CheckpointName {
  /** Undefined if it has passed nothing. */
  from: Position | undefined;
  state: InstanceState | typeof TOGETHER.state;
  /** Of the shared checkpoint, its expected members. */
  members?: readonly string[];
}

/** Moves the shared checkpoint. @param instances all active builds. */
export function moveTogether(instances: readonly Instance[], from: Position | undefined): Move {
  const members = instances.flatMap(({ name, partitions }) => partitions.map((partition) => `${name} ${partition}`));
  return { ...TOGETHER, from, members: members.sort() };
}

/**
 * Has the shared checkpoint name the builds that are active now. Must be called wherever the builds that queries read
 * change: readers read their names again only if `Graph.served` is another one.
 */
export async function nameMembers(tx: Tx): Promise<void> {
  await tx.run("MATCH (g:Graph {name: 'contact'}) SET g.served = randomUUID()");
  await tx.run(
    `MATCH (s:Checkpoint {state: $shared})
     SET s.members = COLLECT {
       MATCH (c:Checkpoint {state: 'active'}) WHERE c.epoch = s.epoch
       RETURN c.projection + ' ' + c.partition AS member ORDER BY member
     }`,
    { shared: TOGETHER.state },
  );
}

/** Moves all checkpoints of a build, which are at one position. */
export function movesOf({ name, partitions, state }: Instance, from: Position | undefined): Move[] {
  return partitions.map((partition) => ({ projection: name, partition, from, state }));
}

/**
 * Moves checkpoints in the transaction that writes the data that they cover. It compares them first, so that bytes are
 * appended only once even if others write too.
 * @param partition the name of their writer in errors.
 * @param given the last event up to the new position; if omitted, the previous one is kept.
 * @throws OutOfStep if a checkpoint is not at the expected position or in the expected state.
 */
export async function moveCheckpoints(
  tx: Tx,
  epoch: string,
  partition: string,
  moves: readonly Move[],
  to: Position | undefined,
  given?: MarkedEvent,
): Promise<void> {
  const [row] = await rows<{ moved: number }>(
    tx,
    // The first SET takes the lock, so that the comparison sees the writes of the winner of a race.
    `UNWIND $moves AS move
     MATCH (c:Checkpoint {projection: move[0], partition: move[1]})
     SET c.moving = true
     WITH c, move WHERE c.epoch = $epoch AND c.commit = move[2] AND c.prepare = move[3] AND c.state = move[4]
       AND coalesce(c.members, []) = move[5]
     SET c.commit = $toCommit, c.prepare = $toPrepare, c.given = coalesce($given, c.given)
     RETURN count(c) AS moved`,
    {
      partition,
      epoch,
      moves: moves.map(({ projection, partition: of, from, state, members = [] }) => [
        ...[projection, of],
        ...[int(from?.commit ?? -1n), int(from?.prepare ?? -1n), state, members],
      ]),
      toCommit: int(to?.commit ?? -1n),
      toPrepare: int(to?.prepare ?? -1n),
      given: given ? writeMark({ event: given }) : null,
    },
  );
  if (row?.moved !== moves.length) throw new OutOfStep(`another projector moved the checkpoint of ${partition}`);
}
