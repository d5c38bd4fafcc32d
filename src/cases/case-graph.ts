import { GraphReader } from '../contact-graph/graph-reader.js';
import type { Instant } from '../kernel/instant.js';

/** How a person is linked to another person's live case: as a contact, or (degree null) by something they share. */
export interface Link {
  degree: number | null;
  first: Instant;
  /** Null while it goes on. */
  last: Instant | null;
}

/** Queries of the contact graph on the cases of other people. */
export interface CaseGraph {
  /** How a person is linked to live cases of other people. */
  linksOf(personId: string, disease: string): Promise<Link[]>;
}

export class Neo4jCases extends GraphReader implements CaseGraph {
  linksOf(personId: string, disease: string): Promise<Link[]> {
    return this.read<Link>(
      ['merges', 'cases'],
      (
        label,
      ) => `MATCH (r:Person {id: $personId})-[:${label('SAME_AS')}*0..9]->(p:Person)-[e:${label('EXPOSED')}|${label('SHARED')}]->(c:${label('Case')} {status: 'live'})
       WHERE c.disease = $disease AND NOT EXISTS { (c)-[:OF]->(p) }
       RETURN e.degree AS degree, coalesce(e.first, e.since) AS first, e.last AS last`,
      { personId, disease },
    );
  }
}
