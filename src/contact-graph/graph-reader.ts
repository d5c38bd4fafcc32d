import type { Driver, RecordShape } from 'neo4j-driver';
import type { Tx } from './driver.js';
import type { LabelOf } from './instances.js';
import { wholeRows } from './neo4j.js';
import type { Reads } from './reads.js';
import { answering, asking, askingOnce } from './standing.js';

/** Runs the queries of a module on the contact graph. */
export class GraphReader {
  /** @param forPeople whether answers go to people, who get an error while the graph is not filled yet. */
  constructor(
    private readonly driver: Driver,
    private readonly forPeople = false,
  ) {}

  /**
   * @param reads the projections that the query reads; it must name what they own through `label`.
   * @param required columns that every row has, for nodes that may be deleted meanwhile.
   * @throws GraphNotReady while the graph cannot answer the query.
   */
  protected read<Row extends RecordShape>(
    reads: Reads,
    query: (label: LabelOf) => string,
    parameters: Record<string, unknown> = {},
    required: readonly (keyof Row & string)[] = [],
  ): Promise<Row[]> {
    // The program itself runs many queries, so each goes out in a single round trip.
    if (!this.forPeople && required.length === 0) return askingOnce(this.driver, reads, query, parameters);
    return this.working(reads, (tx, label) => wholeRows(tx, query(label), parameters, required));
  }

  /**
   * Runs several queries in one transaction.
   * @throws GraphNotReady while the graph cannot answer them.
   */
  protected working<T>(reads: Reads, work: (tx: Tx, label: LabelOf) => Promise<T>): Promise<T> {
    return (this.forPeople ? answering : asking)(this.driver, reads, (tx, label) => work(tx, label));
  }
}
