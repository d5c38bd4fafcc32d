import neo4j, { type Driver, type ManagedTransaction, type RecordShape, type Session } from 'neo4j-driver';
import type { Position } from '../log/event-store.js';

export interface GraphAddress {
  url: string;
  user: string;
  password: string;
}

export type Tx = ManagedTransaction;

export function connectGraph({ url, user, password }: GraphAddress): Driver {
  return neo4j.driver(url, neo4j.auth.basic(user, password), {
    disableLosslessIntegers: true,
    maxTransactionRetryTime: 60_000,
    telemetryDisabled: true,
    // Nodes are looked up by the graph's own ids, which it calls deprecated in every answer.
    notificationFilter: { disabledClassifications: ['DEPRECATION'] },
  });
}

/** Runs a read or a write as one transaction, again after a passing error such as a deadlock. */
export async function inTransaction<T>(
  driver: Driver,
  mode: 'read' | 'write',
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const session: Session = driver.session({
    defaultAccessMode: mode === 'read' ? neo4j.session.READ : neo4j.session.WRITE,
    fetchSize: -1,
  });
  try {
    return await (mode === 'read' ? session.executeRead(work) : session.executeWrite(work));
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

/**
 * Rows of a query as plain objects, each as soon as it comes. The driver reads a record that spans many network
 * packets in time that grows with their square: what is large goes into many records of a packet or so.
 */
export async function* rowsInTurn<Row extends RecordShape>(
  tx: Tx,
  query: string,
  parameters: Record<string, unknown>,
): AsyncIterable<Row> {
  for await (const record of tx.run<Row>(query, parameters)) yield record.toObject();
}

/** A whole number as the graph keeps it: the driver would send a plain one as a float. */
export function int(value: number | bigint): ReturnType<typeof neo4j.int> {
  return neo4j.int(value);
}

export const ints = (values: Iterable<number>) => Array.from(values, (value) => neo4j.int(value));

/** Positions are read as text, exact beyond 53 bits. */
export function positionFrom(commit: string, prepare: string): Position {
  return { commit: BigInt(commit), prepare: BigInt(prepare) };
}
