import type { Answer, Driver, OwnTransaction, Running } from '../../src/contact-graph/driver.js';
import type { RecordShape } from 'neo4j-driver';

/** The rows that answer a query. */
export type Answering = (query: string, parameters: Record<string, unknown>) => RecordShape[];

/**
 * A graph without a server: this function answers its queries.
 * @param before called before the work of each transaction, which fails with what it throws.
 */
export function answeringGraph(answer: Answering, before: (kind: 'read' | 'write') => void = () => undefined): Driver {
  const run = <Row extends RecordShape>(query: string, parameters: Record<string, unknown> = {}): Running<Row> => {
    const records = answer(query, parameters).map((row) => ({ toObject: () => row as Row }));
    const summary = { counters: { updates: () => ({ nodesCreated: 0 }) } };
    return Object.assign(Promise.resolve<Answer<Row>>({ records, summary }), {
      async *[Symbol.asyncIterator]() {
        yield* records;
      },
    });
  };
  const tx: OwnTransaction = { run, commit: async () => undefined, close: async () => undefined };
  return {
    executeQuery: (query, parameters) => run(query, parameters),
    session: () => ({
      executeRead: async (work) => {
        before('read');
        return work(tx);
      },
      executeWrite: async (work) => {
        before('write');
        return work(tx);
      },
      beginTransaction: async () => tx,
      close: async () => undefined,
    }),
  };
}
