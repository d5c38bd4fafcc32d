import { GraphReader } from '../contact-graph/graph-reader.js';
import { int } from '../contact-graph/neo4j.js';
import { formatInstant } from '../kernel/instant.js';
import { graphDependency } from '../requests/context.js';

/** A person who needs an individual sample, after a positive pool or a rapid test that did not confirm a case. */
export interface RetestRow {
  reason: 'pool' | 'rapid';
  personId: string;
  disease: string;
  /** The pool, or the rapid test. */
  sampleId: string;
  /** Instant as text. */
  collectedAt: string;
}

/** A result that waits for a person's decision. */
export interface HeldResultRow {
  sampleId: string;
  personId: string;
  disease: string;
  collectedAt: string;
  /** What the disease profile rules out about it, in sentences. */
  doubts: string[];
}

/** A positive rapid antigen test of one person. */
export interface RapidTestRow {
  personId: string;
  disease: string;
  sampleId: string;
}

/** Queries of the contact graph on samples. */
export interface SampleGraph {
  /** Who has to be tested again, oldest sample first. */
  retests(limit: number): Promise<RetestRow[]>;
  /** Results that wait for a person's decision, oldest sample first. */
  heldResults(limit: number): Promise<HeldResultRow[]>;
  /** Positive rapid tests of these people, oldest first. */
  rapidTests(people: readonly string[], disease?: string): Promise<RapidTestRow[]>;
  /** Positive rapid tests of people whom these traces found or found changed, and of all contacts of these cases. */
  rapidTestsAmong(traceIds: readonly string[], caseIds: readonly string[]): Promise<RapidTestRow[]>;
}

export class Neo4jSamples extends GraphReader implements SampleGraph {
  async retests(limit: number): Promise<RetestRow[]> {
    const found = await this.read<Omit<RetestRow, 'collectedAt'> & { collectedAt: number }>(
      ['tests', 'cases'],
      (label) => `CALL () {
         MATCH (t:${label('Test')} {retest: true})-[:OF]->(p:Person)
         WHERE NOT EXISTS {
           (p)<-[:OF]-(own:${label('Test')} {disease: t.disease}) WHERE NOT own.pooled AND own.collectedAt >= t.collectedAt
         }
         RETURN t, p, 'pool' AS reason
         UNION ALL
         // A positive rapid test requires another kind of test until it has confirmed a case.
         MATCH (t:${label('Test')} {rapid: true})-[:OF]->(p:Person)
         WHERE NOT EXISTS { (p)<-[:OF]-(:${label('Case')} {disease: t.disease, status: 'live'}) } AND NOT EXISTS {
           (p)<-[:OF]-(own:${label('Test')} {disease: t.disease})
           WHERE NOT own.pooled AND own.method = 'pcr' AND own.collectedAt >= t.collectedAt
         }
         RETURN t, p, 'rapid' AS reason
       }
       RETURN reason, p.id AS personId, t.disease AS disease, t.sampleId AS sampleId, t.collectedAt AS collectedAt
       ORDER BY collectedAt, sampleId, personId LIMIT $limit`,
      { limit: int(limit) },
    );
    return found.map(({ collectedAt, ...row }) => ({ ...row, collectedAt: formatInstant(collectedAt) }));
  }

  heldResults(limit: number): Promise<HeldResultRow[]> {
    return this.read<HeldResultRow>(
      ['held-results'],
      (label) => `MATCH (h:${label('HeldResult')})
       RETURN h.sampleId AS sampleId, h.personId AS personId, h.disease AS disease, h.collectedAt AS collectedAt,
              h.doubts AS doubts
       ORDER BY collectedAt, sampleId, personId LIMIT $limit`,
      { limit: int(limit) },
      ['sampleId', 'personId', 'disease', 'collectedAt', 'doubts'],
    );
  }

  rapidTests(people: readonly string[], disease?: string): Promise<RapidTestRow[]> {
    return this.read<RapidTestRow>(
      ['tests'],
      (label) => `UNWIND $people AS id
       MATCH (p:Person {id: id})<-[:OF]-(t:${label('Test')} {rapid: true}) WHERE $disease IS NULL OR t.disease = $disease
       RETURN p.id AS personId, t.disease AS disease, t.sampleId AS sampleId ORDER BY t.collectedAt, sampleId`,
      { people, disease: disease ?? null },
    );
  }

  rapidTestsAmong(traceIds: readonly string[], caseIds: readonly string[]): Promise<RapidTestRow[]> {
    return this.read<RapidTestRow>(
      ['tests', 'merges', 'cases'],
      (label) => `CALL () {
         // Start from the tests, because there are fewer tests than contacts.
         MATCH (t:${label('Test')} {rapid: true})-[:OF]->(r:Person)-[:${label('SAME_AS')}*0..9]->(p:Person)-[e:${label('EXPOSED')}|${label('SHARED')}]->(c:${label('Case')})
         WHERE size($traceIds) > 0 AND e.trace IN $traceIds AND c.disease = t.disease
         RETURN r, t
         UNION
         // Start from the cases, because there are very few.
         UNWIND $caseIds AS id MATCH (c:${label('Case')} {id: id})
         WITH c MATCH (c)<-[:${label('EXPOSED')}|${label('SHARED')}]-(p)
         WITH c, p MATCH (p)<-[:${label('SAME_AS')}*0..9]-(r)
         WITH c, r MATCH (r)<-[:OF]-(t:${label('Test')}) WHERE t.rapid AND t.disease = c.disease
         RETURN r, t
       }
       RETURN DISTINCT r.id AS personId, t.disease AS disease, t.sampleId AS sampleId`,
      { traceIds, caseIds },
    );
  }
}

/** These queries on behalf of people; they fail while the graph is being filled. */
export const sampleGraph = graphDependency<SampleGraph>('sample graph', (driver) => new Neo4jSamples(driver, true));
