import type { Driver } from './driver.js';
import type { LabelOf } from './instances.js';
import { GraphNotReady } from './ports.js';
import { MergedIds } from './merged-records.js';
import { rows, type Tx } from './neo4j.js';
import type { Reads } from './reads.js';
import { idsLike, shortIds, type Named } from './short-ids.js';
import { answering } from './standing.js';

/** What identifies a case to people. */
export interface CaseName {
  caseId: string;
  /** The id of the person's record that counts. */
  personId: string;
  disease: string;
}

/** Queries on the ids in the contact graph, for people. */
export interface KnownIds {
  knowsPerson(personId: string): Promise<boolean>;
  knowsPlace(placeId: string): Promise<boolean>;
  /** Ids with this beginning, in order. */
  idsLike(kind: Named, beginning: string, limit: number): Promise<string[]>;
  /**
   * The shortest unambiguous form of each id of a case, task or alert. Other ids are omitted, and those of a kind whose
   * projection is being made.
   */
  shortIds(ids: readonly string[]): Promise<Map<string, string>>;
  /** The cases that exist among these, in any order. */
  casesById(caseIds: readonly string[]): Promise<CaseName[]>;
}

/** Ids of people and places need no projection, since every person and place that an event mentions has a node. */
const NUMBERED: Reads = [];
const NAMED: Record<Named, Reads> = { case: ['cases'], task: ['tasks'], alert: ['alerts'] };
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
    return this.reading((tx, label) => idsLike(tx, label, kind, beginning, limit), NAMED[kind]);
  }

  async shortIds(ids: readonly string[]): Promise<Map<string, string>> {
    const found = await Promise.all(
      (Object.keys(NAMED) as Named[]).map((kind) =>
        this.reading((tx, label) => shortIds(tx, label, kind, ids), NAMED[kind]).catch(noneWhileMade),
      ),
    );
    return new Map(found.flatMap((short) => [...short]));
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

/** An answer with whole ids is better than none while what would shorten them is being made. */
function noneWhileMade(error: unknown): Map<string, string> {
  if (error instanceof GraphNotReady) return new Map();
  throw error;
}

async function knows(tx: Tx, query: string, id: string): Promise<boolean> {
  return (await rows(tx, query, { id })).length > 0;
}
