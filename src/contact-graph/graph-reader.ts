import type { Driver, RecordShape } from 'neo4j-driver';
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
    if (this.forPeople) {
      return answering(this.driver, reads, (tx, label) => wholeRows(tx, query(label), parameters, required));
    }
    // The program itself runs many queries, so each goes out in a single round trip.
    if (required.length === 0) return askingOnce(this.driver, reads, query, parameters);
    return asking(this.driver, reads, (tx, label) => wholeRows(tx, query(label), parameters, required));
  }
}
