import type { Driver } from 'neo4j-driver';
import type { LabelOf } from './instances.js';
import { MergedIds } from './merged-records.js';
import { rows, type Tx } from './neo4j.js';
import type { Reads } from './reads.js';
import { idsLike, shortIds, type Named } from './short-ids.js';
import { answering } from './standing.js';

/** What tells a case apart from others. */
export interface CaseName {
  caseId: string;
  /** The id under which the person goes. */
  personId: string;
  disease: string;
}

/** Which ids there are in the contact graph, as people are told. */
export interface KnownIds {
  knowsPerson(personId: string): Promise<boolean>;
  knowsPlace(placeId: string): Promise<boolean>;
  /** Ids that begin so, in their order. */
  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]>;
  /** Of those that name a case, a task or an alert, how each is written as short as it can be told from others. */
  shortIds(ids: readonly string[]): Promise<Map<string, string>>;
  /** Those that there are, in any order. */
  casesById(caseIds: readonly string[]): Promise<CaseName[]>;
}

/** The projections that are read: of people and places none, since whoever is mentioned is there. */
const NUMBERED: Reads = [];
const NAMED: Reads = ['cases', 'alerts'];
const CASES: Reads = ['merges', 'cases'];

export class Neo4jIds implements KnownIds {
  constructor(protected readonly driver: Driver) {}

  knowsPerson(personId: string): Promise<boolean> {
    return this.reading((tx) => knows(tx, 'MATCH (n:Person {id: $id}) RETURN 1 AS one', personId), NUMBERED);
  }

  knowsPlace(placeId: string): Promise<boolean> {
    return this.reading((tx) => knows(tx, 'MATCH (n:Place {id: $id}) RETURN 1 AS one', placeId), NUMBERED);
  }

  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]> {
    return this.reading((tx, label) => idsLike(tx, label, kind, beginning, limit), NAMED);
  }

  shortIds(ids: readonly string[]): Promise<Map<string, string>> {
    return this.reading((tx, label) => shortIds(tx, label, ids), NAMED);
  }

  casesById(caseIds: readonly string[]): Promise<CaseName[]> {
    return this.reading(async (tx, label) => {
      const found = await rows<{ caseId: string; record: string; disease: string }>(
        tx,
        `UNWIND $caseIds AS id MATCH (c:${label('Case')} {id: id})-[:OF]->(p:Person)
         RETURN c.id AS caseId, p.id AS record, c.disease AS disease`,
        { caseIds },
      );
      const merged = await MergedIds.read(tx, label);
      return found.map(({ record, ...names }) => ({ ...names, personId: merged.of(record) }));
    }, CASES);
  }

  protected reading<T>(work: (tx: Tx, label: LabelOf) => Promise<T>, reads: Reads): Promise<T> {
    return answering(this.driver, reads, work);
  }
}

async function knows(tx: Tx, query: string, id: string): Promise<boolean> {
  return (await rows(tx, query, { id })).length > 0;
}
