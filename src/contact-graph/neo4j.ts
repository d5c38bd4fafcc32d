import neo4j, { type Driver as Neo4jDriver, type RecordShape } from 'neo4j-driver';
import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '../event-log/event-store.js';
import type { Driver, Tx } from './driver.js';
import { gateOf } from './gate.js';
import { ATTEMPTS, configOf, LIMITS, ranIntoLimit, type Kind } from './limits.js';

export interface GraphAddress {
  url: string;
  user: string;
  password: string;
}

export type { Tx };

export function connectGraph({ url, user, password }: GraphAddress): Neo4jDriver {
  return neo4j.driver(url, neo4j.auth.basic(user, password), {
    disableLosslessIntegers: true,
    maxTransactionRetryTime: 60_000,
    telemetryDisabled: true,
    // A notice of deprecation would come with every result, and only concerns who writes the queries.
    notificationFilter: { disabledClassifications: ['DEPRECATION'] },
  });
}

/**
 * Runs work in one transaction, behind the gate and within the time limit of its kind. It runs again after a transient
 * error such as a deadlock, and after it reached a limit, which is safe, since nothing of it was committed.
 * @throws GraphNotReady while the schema is being created or changed.
 */
export async function inTransaction<T>(driver: Driver, kind: Kind, work: (tx: Tx) => Promise<T>): Promise<T> {
  const gate = gateOf(driver);
  for (let attempt = 1; ;) {
    await gate.pass();
    try {
      return await once(driver, kind, async (tx) => {
        // The driver itself retries transient errors, and the gate may have been closed since.
        if (!(await gate.isOpenTo(tx))) throw new ClosedSince();
        return work(tx);
      });
    } catch (error) {
      if (error instanceof ClosedSince) continue;
      if (!ranIntoLimit(error) || attempt >= ATTEMPTS[kind]) throw error;
      gate.say(`a ${kind} of the graph was ended (${error.code}, limit ${LIMITS[kind] / 1000} s); it is retried`);
      // Two transactions that blocked each other must not meet again.
      await delay(Math.random() * 500 * attempt++);
    }
  }
}

/** The gate was closed after the transaction began: nothing was queried in it, and it waits at the gate again. */
class ClosedSince extends Error {}

async function once<T>(driver: Driver, kind: Kind, work: (tx: Tx) => Promise<T>): Promise<T> {
  const reading = kind !== 'write';
  const session = driver.session({
    defaultAccessMode: reading ? neo4j.session.READ : neo4j.session.WRITE,
    fetchSize: -1,
  });
  try {
    const config = configOf(kind);
    return await (reading ? session.executeRead(work, config) : session.executeWrite(work, config));
  } finally {
    await session.close();
  }
}

/** Rows of a query as plain objects. */
export async function rows<Row extends RecordShape>(
  tx: Tx,
  query: string,
  parameters: Record<string, unknown> = {},
): Promise<Row[]> {
  const { records } = await tx.run<Row>(query, parameters);
  return records.map((record) => record.toObject());
}

/** How often a query is run, the first time included, before rows of deleted nodes are omitted. */
const READINGS = 5;

/**
 * Rows of a query on nodes that others may delete meanwhile. A query sees what is committed while it runs: a node that
 * is deleted between its match and the reading of its properties gives a row of nulls. The query is then run again, and
 * if such rows persist, they are omitted.
 * @param required columns that have a value for every node.
 */
export async function wholeRows<Row extends RecordShape>(
  tx: Tx,
  query: string,
  parameters: Record<string, unknown>,
  required: readonly (keyof Row & string)[],
): Promise<Row[]> {
  for (let reading = 1; ; reading++) {
    const found = await rows<Row>(tx, query, parameters);
    const whole = found.filter((row) => required.every((column) => row[column] !== null));
    if (whole.length === found.length || reading === READINGS) return whole;
  }
}

/**
 * Rows of a query as plain objects, each as soon as it arrives. The time in which the driver reads a record grows with
 * the square of the number of its network packets, so large results should be split into records of about one packet.
 */
export async function* rowsInTurn<Row extends RecordShape>(
  tx: Tx,
  query: string,
  parameters: Record<string, unknown>,
): AsyncIterable<Row> {
  for await (const record of tx.run<Row>(query, parameters)) yield record.toObject();
}

/** A Neo4j integer: the driver would send a plain number as a float. */
export function int(value: number | bigint): ReturnType<typeof neo4j.int> {
  return neo4j.int(value);
}

export const ints = (values: Iterable<number>) => Array.from(values, (value) => neo4j.int(value));

/** Reads a position from text, which is exact beyond 53 bits. */
export function positionFrom(commit: string, prepare: string): Position {
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
