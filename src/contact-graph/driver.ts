import type { RecordShape } from 'neo4j-driver';

/** A limit in milliseconds, and what the transaction is, as `configOf` gives them. */
interface Limited {
  timeout: number;
  metadata: { program: string; kind: string };
}

/** What this folder uses of Neo4j's driver. Nothing here runs without a time limit. */
export interface Driver {
  session(config?: { defaultAccessMode?: 'READ' | 'WRITE'; fetchSize?: number }): Session;
  executeQuery(
    query: string,
    parameters: Record<string, unknown>,
    config: { routing?: 'READ'; transactionConfig: Limited },
  ): Promise<Pick<Answer, 'records'>>;
}

export interface Session {
  /** Runs the work again after a transient error. */
  executeRead<T>(work: (tx: Tx) => Promise<T>, config: Limited): Promise<T>;
  executeWrite<T>(work: (tx: Tx) => Promise<T>, config: Limited): Promise<T>;
  beginTransaction(config: Limited): Promise<OwnTransaction>;
  close(): Promise<void>;
}

export interface Tx {
  /** Awaited, it gives all rows at once; iterated, each row as soon as it arrives. */
  run<Row extends RecordShape = RecordShape>(query: string, parameters?: Record<string, unknown>): Running<Row>;
}

/** A transaction that whoever began it ends. */
export interface OwnTransaction extends Tx {
  commit(): Promise<unknown>;
  /** Rolls it back unless it was committed. */
  close(): Promise<unknown>;
}

export interface Running<Row extends RecordShape = RecordShape> extends Promise<Answer<Row>> {
  [Symbol.asyncIterator](): AsyncIterator<Answer<Row>['records'][number], unknown>;
}

export interface Answer<Row extends RecordShape = RecordShape> {
  records: { toObject(): Row }[];
  summary: { counters: { updates(): { nodesCreated: number } } };
}
