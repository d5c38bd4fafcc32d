import { randomUUID } from 'node:crypto';
import type { Driver } from 'neo4j-driver';
import { comparePositions, type MarkedEvent, type Position } from '../event-log/event-store.js';
import { readMark, writeMark } from '../event-log/log-mark.js';
import { inTransaction, int, positionFrom, rows, type Tx } from './neo4j.js';

/** Format of the graph; one of another format is rebuilt from the log. */
export const GRAPH_FORMAT = 7;
export const PROJECTION = 'contact-graph';
/** Writers of slots, each with its own slots, beside one for everything else. */
export const SLOT_PARTITIONS = 2;
export const FACTS = 'facts';
/** The writers of slots, by number. */
export const SLOTS = Array.from({ length: SLOT_PARTITIONS }, (_, i) => `slots-${i}`);
export const PARTITIONS = [FACTS, ...SLOTS];

/** Somebody else moved a checkpoint or rebuilt the graph: what this process remembers of it no longer holds. */
export class OutOfStep extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'OutOfStep';
  }
}

export interface GraphState {
  /** Changes with every rebuild: numbers and slots of another epoch mean nothing. */
  epoch: string;
  storeId: string;
  format: number;
  /** It has not caught up with the log since it was begun: whoever asks for what it lacks would be told there is none. */
  filling: boolean;
  /** By partition; undefined while it has passed nothing. */
  passed: Map<string, Position | undefined>;
  /** The last events that partitions were given, each once. */
  given: MarkedEvent[];
}

export function readGraphState(driver: Driver): Promise<GraphState | undefined> {
  return inTransaction(driver, 'read', graphStateIn);
}

/** Undefined when there is no graph, or one that is being emptied. */
export async function graphStateIn(tx: Tx): Promise<GraphState | undefined> {
  const [graph] = await rows<{ epoch: string; storeId: string; format: number; filling: boolean }>(
    tx,
    `MATCH (g:Graph {name: 'contact'}) WHERE g.emptied IS NULL
     RETURN g.epoch AS epoch, g.storeId AS storeId, g.format AS format, coalesce(g.filling, false) AS filling`,
  );
  if (!graph) return undefined;
  const checkpoints = await rows<{ partition: string; commit: string; prepare: string; given: string | null }>(
    tx,
    // Each query sees what is committed by then: between the two the graph may have been made anew.
    `MATCH (c:Checkpoint {projection: $projection}) WHERE c.epoch = $epoch
     RETURN c.partition AS partition, toString(c.commit) AS commit, toString(c.prepare) AS prepare,
            c.given AS given`,
    { projection: PROJECTION, epoch: graph.epoch },
  );
  const passed = new Map<string, Position | undefined>();
  for (const { partition, commit, prepare } of checkpoints) {
    passed.set(partition, commit === '-1' ? undefined : positionFrom(commit, prepare));
  }
  const given = new Map<string, MarkedEvent>();
  for (const { given: text } of checkpoints) {
    const event = text === null ? undefined : readMark(text)?.event;
    if (event) given.set(event.id, event);
  }
  return { ...graph, passed, given: [...given.values()] };
}

/**
 * Makes an empty graph's record of itself, once, whoever comes first.
 * @param filling whether people are to be told that it is not filled, until `markFilled`.
 */
export async function createGraphState(driver: Driver, storeId: string, filling: boolean): Promise<void> {
  await inTransaction(driver, 'write', async (tx) => {
    await tx.run(
      `MERGE (g:Graph {name: 'contact'})
       ON CREATE SET g.epoch = $epoch, g.storeId = $storeId, g.format = $format, g.nextPerson = 1, g.nextPlace = 1,
                     g.filling = $filling
       WITH g WHERE g.emptied IS NULL UNWIND $partitions AS partition
       MERGE (c:Checkpoint {projection: $projection, partition: partition})
       ON CREATE SET c.epoch = g.epoch, c.commit = -1, c.prepare = -1`,
      {
        epoch: randomUUID(),
        storeId,
        format: int(GRAPH_FORMAT),
        partitions: PARTITIONS,
        projection: PROJECTION,
        filling: filling || null,
      },
    );
  });
}

/** The graph holds all that the log held when it was begun. */
export async function markFilled(driver: Driver, epoch: string): Promise<void> {
  await inTransaction(driver, 'write', (tx) =>
    tx.run("MATCH (g:Graph {name: 'contact'}) WHERE g.epoch = $epoch SET g.filling = null", { epoch }),
  );
}

/** What all partitions have passed; undefined while one has passed nothing. */
export function passedByAll(passed: Map<string, Position | undefined>): Position | undefined {
  let least: Position | undefined;
  for (const partition of PARTITIONS) {
    const position = passed.get(partition);
    if (!position) return undefined;
    if (!least || comparePositions(position, least) < 0) least = position;
  }
  return least;
}

/**
 * Moves a partition's checkpoint inside the transaction that writes what it covers: compared first, so that appended
 * bytes are appended once, whoever else writes.
 * @param given the last event up to there; what was given before stays when it is left out.
 * @throws OutOfStep
 */
export async function moveCheckpoint(
  tx: Tx,
  epoch: string,
  partition: string,
  from: Position | undefined,
  to: Position,
  given?: MarkedEvent,
): Promise<void> {
  const moved = await rows(
    tx,
    // The first SET takes the lock, so that the comparison sees what the winner of a race wrote.
    `MATCH (c:Checkpoint {projection: $projection, partition: $partition})
     SET c.moving = true
     WITH c WHERE c.epoch = $epoch AND c.commit = $fromCommit AND c.prepare = $fromPrepare
     SET c.commit = $toCommit, c.prepare = $toPrepare, c.given = coalesce($given, c.given)
     RETURN 1 AS moved`,
    {
      projection: PROJECTION,
      partition,
      epoch,
      fromCommit: int(from?.commit ?? -1n),
      fromPrepare: int(from?.prepare ?? -1n),
      toCommit: int(to.commit),
      toPrepare: int(to.prepare),
      given: given ? writeMark({ event: given }) : null,
    },
  );
  if (moved.length === 0) throw new OutOfStep(`another projector moved the checkpoint of ${partition}`);
}
