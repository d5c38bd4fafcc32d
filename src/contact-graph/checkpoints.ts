import { randomUUID } from 'node:crypto';
import type { Driver } from 'neo4j-driver';
import { comparePositions, type MarkedEvent, type Position } from '../event-log/event-store.js';
import { readMark, writeMark } from '../event-log/log-mark.js';
import {
  cannotBeMadeAlone,
  familyOf,
  served,
  suffixOf,
  type Described,
  type Instance,
  type InstanceState,
  type Made,
} from './instances.js';
import { inTransaction, int, positionFrom, rows, type Tx } from './neo4j.js';

/** Format of the graph; a graph of another format is rebuilt from the log. */
export const GRAPH_FORMAT = 7;
/** Number of slot writers, each with its own slots; one further writer writes everything else. */
export const SLOT_PARTITIONS = 2;
export const FACTS = 'facts';
/** Names of the slot writers, by number. */
export const SLOTS = Array.from({ length: SLOT_PARTITIONS }, (_, i) => `slots-${i}`);
/** Names of all writers; one of them writes all projections of facts together. */
export const PARTITIONS = [FACTS, ...SLOTS];

/** Identifies a checkpoint by its projection and the partition that writes it. */
export interface CheckpointName {
  projection: string;
  partition: string;
}

/** The name of the checkpoint for a build of a projection of facts. */
export function checkpointOf({ name, ...made }: { name: string } & Made): CheckpointName {
  return { projection: name, partition: `${FACTS}${suffixOf(made)}` };
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
  /** By partition; undefined while it has passed nothing. All active projections of facts share one position. */
  passed: Map<string, Position | undefined>;
  /** All builds of projections of facts, in any state. */
  instances: Instance[];
  /** Name and version of the projection that the slots were written by. */
  visits: { name: string; version: number } | undefined;
  /** The last event of each partition, without duplicates. */
  given: MarkedEvent[];
}

export function readGraphState(driver: Driver): Promise<GraphState | undefined> {
  return inTransaction(driver, 'read', graphStateIn);
}

/** Undefined if there is no graph, or it is being emptied. */
export async function graphStateIn(tx: Tx): Promise<GraphState | undefined> {
  const [graph] = await rows<{ epoch: string; storeId: string; format: number; filling: boolean }>(
    tx,
    `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
     RETURN g.epoch AS epoch, g.storeId AS storeId, g.format AS format, coalesce(g.filling, false) AS filling`,
  );
  if (!graph) return undefined;
  const checkpoints = await rows<Checkpoint>(
    tx,
    // Each query sees what is committed when it runs: between the two the graph may have been rebuilt.
    `MATCH (c:Checkpoint) WHERE c.epoch = $epoch
     RETURN c.projection AS name, c.partition AS partition, c.version AS version, c.again AS again, c.state AS state,
            c.owns AS owns, coalesce(c.wanted, false) AS wanted, c.trouble AS trouble,
            toString(c.commit) AS commit, toString(c.prepare) AS prepare, c.given AS given`,
    { epoch: graph.epoch },
  );
  const passed = new Map<string, Position | undefined>();
  const instances: Instance[] = [];
  let visits: GraphState['visits'];
  const given = new Map<string, MarkedEvent>();
  for (const { partition, commit, prepare, given: text, ...made } of checkpoints) {
    const position = commit === '-1' ? undefined : positionFrom(commit, prepare);
    const event = text === null ? undefined : readMark(text)?.event;
    if (SLOTS.includes(partition)) {
      passed.set(partition, position);
      visits = { name: made.name, version: made.version };
    } else {
      instances.push({ ...made, passed: position, given: event });
      if (made.state === 'active')
        passed.set(FACTS, passed.has(FACTS) ? earlier(passed.get(FACTS), position) : position);
    }
    if (event && made.state === 'active') given.set(event.id, event);
  }
  return { ...graph, passed, instances, visits, given: [...given.values()] };
}

interface Checkpoint extends Omit<Instance, 'passed' | 'given'> {
  partition: string;
  commit: string;
  prepare: string;
  given: string | null;
}

/** Whether the graph is of this log and format, and of this program's versions except for what can be built alone. */
export function goesOn(
  { storeId, format, visits, instances }: GraphState,
  ofLog: string,
  visitProjection: Described,
  facts: readonly Described[],
): boolean {
  if (storeId !== ofLog || format !== GRAPH_FORMAT) return false;
  return visits?.version === visitProjection.version && cannotBeMadeAlone(instances, facts) === undefined;
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
  const slots = SLOTS.map((partition) => rowOf({ projection: visits.name, partition }, visits, 'active'));
  const rest = facts.map((each) => rowOf(checkpointOf({ ...each, again: false }), each, 'active'));
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
      { checkpoints: [...slots, ...rest] },
    );
  });
}

/**
 * Marks rows of versions that this program does not write as `left`, and with them the rows made of them, which would
 * otherwise be based on rows that no longer change.
 */
export async function leaveOthers(driver: Driver, facts: readonly Described[]): Promise<void> {
  await inTransaction(driver, 'write', async (tx) => {
    const instances = (await graphStateIn(tx))?.instances ?? [];
    const others = served(instances).filter(({ name, version }) =>
      facts.every((each) => each.name !== name || each.version !== version),
    );
    const names = others.flatMap(({ name }) => [name, ...familyOf(name, facts).map((each) => each.name)]);
    await tx.run(
      `MATCH (c:Checkpoint {state: 'active'})
       WHERE c.partition STARTS WITH $facts AND c.projection IN $names SET c.state = 'left'`,
      { facts: FACTS, names },
    );
  });
}

/** Requests a rebuild of a projection and all that are made of it, by the running projector or the next one. */
export async function wantAgain(driver: Driver, name: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (c:Checkpoint {state: 'active', projection: $name}) SET c.wanted = true", { name }),
  );
}

/** The properties of a checkpoint in the graph, except its position. */
export function rowOf(
  name: CheckpointName,
  { version, owns = [], again = false }: { version: number; owns?: readonly string[] | undefined; again?: boolean },
  state: InstanceState,
) {
  return { ...name, version: int(version), owns: [...owns], again, state };
}

/** Records that the graph has caught up with the log. */
export async function markFilled(driver: Driver, epoch: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (g:Graph {name: 'contact'}) WHERE g.epoch = $epoch SET g.filling = null", { epoch }),
  );
}

/** The position that all partitions have passed; undefined while one has passed nothing. */
export function passedByAll(passed: Map<string, Position | undefined>): Position | undefined {
  let least: Position | undefined;
  for (const partition of PARTITIONS) {
    const position = passed.get(partition);
    if (!position) return undefined;
    if (!least || comparePositions(position, least) < 0) least = position;
  }
  return least;
}

/** The position that the queried rows of all these projections have passed; undefined while one has passed nothing. */
export function passedBy({ passed, instances, visits }: GraphState, names: readonly string[]): Position | undefined {
  const stand = names.flatMap((name) => {
    if (name === visits?.name) return SLOTS.map((partition) => passed.get(partition));
    return [served(instances).find((each) => each.name === name)?.passed];
  });
  return stand.reduce(earlier, stand[0]);
}

/** A checkpoint to move, with its expected position and state. */
export interface Move extends CheckpointName {
  /** Undefined if it has passed nothing. */
  from: Position | undefined;
  state: InstanceState;
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
     SET c.commit = $toCommit, c.prepare = $toPrepare, c.given = coalesce($given, c.given)
     RETURN count(c) AS moved`,
    {
      partition,
      epoch,
      moves: moves.map(({ projection, partition: of, from, state }) => [
        ...[projection, of],
        ...[int(from?.commit ?? -1n), int(from?.prepare ?? -1n), state],
      ]),
      toCommit: int(to?.commit ?? -1n),
      toPrepare: int(to?.prepare ?? -1n),
      given: given ? writeMark({ event: given }) : null,
    },
  );
  if (row?.moved !== moves.length) throw new OutOfStep(`another projector moved the checkpoint of ${partition}`);
}
