import { HEALTH_ANSWERS, answersOf } from '../tasks/index.js';
import type { Driver } from 'neo4j-driver';
import { casesOn } from './case-list-query.js';
import { contactsOf } from './contact-page-query.js';
import { exposuresOf, factorsOf, liveCasesOf, sharedWith } from './contact-queries.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { MergedIds, MergedRecords } from '../contact-graph/merged-records.js';
import { int, ints, rows, type Tx } from '../contact-graph/neo4j.js';
import type { TraceGraph } from '../contact-graph/ports.js';
import { near, present, staysOf } from './presence-queries.js';
import type {
  BridgeFacts,
  CaseFacts,
  CaseListPage,
  CaseLink,
  ContactPlace,
  ExposureFacts,
  PresentAfter,
  QuestionGraph,
  Span,
} from './question-ports.js';
import { Neo4jIds } from '../contact-graph/known-ids.js';
import { TRACED, type Reads } from '../contact-graph/reads.js';
import { requireWhole } from '../contact-graph/standing.js';
import { withTraceGraph, type TraceCache } from '../contact-graph/trace-graph.js';
import { failedAmong, unreachedOf, type UnreachedPage } from './unreached-query.js';

/** The projections that each kind of question reads. */
const MERGES: Reads = ['merges'];
const CASES: Reads = ['merges', 'cases', 'case-windows'];
const EXPOSURES: Reads = ['merges', 'cases'];
const ALERTED: Reads = [...EXPOSURES, 'alerts'];
const STAYS: Reads = ['merges', 'presence'];
const NEARNESS: Reads = ['merges', 'proximity'];

const CASE_FACTS = `c.id AS caseId, p.id AS record, c.disease AS disease, c.status AS status, c.from AS from,
  c.until AS until, c.anchor AS anchor, coalesce(c.isolated, []) AS isolated`;

/**
 * Answers a tracing team's questions from Neo4j: every query begins at an index and follows relationships from there.
 * Questions may name a person by any record; answers use the id that counts.
 */
export class Neo4jQuestions extends Neo4jIds implements QuestionGraph {
  constructor(
    driver: Driver,
    private readonly cache: TraceCache,
  ) {
    super(driver);
  }

  recordsOf(personId: string): Promise<string[]> {
    return this.reading(async (tx, label) => (await MergedIds.read(tx, label)).with(personId), MERGES);
  }

  goesBy(): Promise<(record: string) => string> {
    return this.reading(async (tx, label) => {
      const merged = await MergedIds.read(tx, label);
      return (record) => merged.of(record);
    }, MERGES);
  }

  async caseById(caseId: string): Promise<CaseFacts | undefined> {
    return (await this.casesById([caseId]))[0];
  }

  override casesById(caseIds: readonly string[]): Promise<CaseFacts[]> {
    return this.reading(
      async (tx, label) =>
        casesIn(
          tx,
          await MergedIds.read(tx, label),
          `UNWIND $caseIds AS id MATCH (c:${label('Case')} {id: id})-[:OF]->(p:Person) RETURN ${CASE_FACTS}`,
          { caseIds },
        ),
      CASES,
    );
  }

  casesOf(personId: string, disease?: string): Promise<CaseFacts[]> {
    return this.reading(async (tx, label) => {
      const merged = await MergedIds.read(tx, label);
      return casesIn(
        tx,
        merged,
        `UNWIND $records AS id
         MATCH (p:Person {id: id})<-[:OF]-(c:${label('Case')}) WHERE $disease IS NULL OR c.disease = $disease
         RETURN ${CASE_FACTS} ORDER BY c.collectedAt, c.id`,
        { records: merged.with(personId), disease: disease ?? null },
      );
    }, CASES);
  }

  cases(page: CaseListPage) {
    return this.reading((tx, label) => casesOn(tx, label, page), CASES);
  }

  liveCases({ disease, from, until }: { disease?: string | undefined; from: number; until: number }) {
    // Two queries, because only one that names the disease can use the index.
    const wanted = disease === undefined ? '' : 'c.disease = $disease AND ';
    const query = (label: LabelOf) => `MATCH (c:${label('Case')})-[:OF]->(p:Person)
       WHERE ${wanted}c.anchor >= $from AND c.anchor < $until AND c.status = 'live'
       RETURN ${CASE_FACTS} ORDER BY c.anchor, c.id`;
    const parameters = { disease: disease ?? null, from: int(from), until: int(until) };
    return this.reading(
      async (tx, label) => casesIn(tx, await MergedIds.read(tx, label), query(label), parameters),
      CASES,
    );
  }

  liveCaseSizes(from: string, limit: number): Promise<{ caseId: string; contacts: number }[]> {
    return this.reading(
      (tx, label) =>
        rows(
          tx,
          `MATCH (c:${label('Case')}) WHERE c.id >= $from AND c.status = 'live'
         WITH c ORDER BY c.id LIMIT $limit
         RETURN c.id AS caseId, COUNT { (c)<-[:${label('EXPOSED')}]-() } AS contacts ORDER BY caseId`,
          { from, limit: int(limit) },
        ),
      CASES,
    );
  }

  async exposure(personId: string, caseId: string): Promise<ExposureFacts | undefined> {
    return (await this.reading((tx, label) => exposuresOf(tx, label, personId, { caseId }), EXPOSURES))[0];
  }

  exposuresOf(personId: string, disease?: string): Promise<ExposureFacts[]> {
    return this.reading((tx, label) => exposuresOf(tx, label, personId, { disease }), EXPOSURES);
  }

  contacts(caseId: string, page: { degree?: number | undefined; after?: ContactPlace | undefined; limit: number }) {
    return this.reading((tx, label) => contactsOf(tx, label, caseId, page), EXPOSURES);
  }

  factors(caseId: string, page: { after: string; limit: number }) {
    return this.reading((tx, label) => factorsOf(tx, label, caseId, page), EXPOSURES);
  }

  sharedWith(personId: string, caseId: string) {
    return this.reading((tx, label) => sharedWith(tx, label, personId, caseId), EXPOSURES);
  }

  unreached(caseIds: readonly string[], page: UnreachedPage) {
    return this.reading((tx, label) => unreachedOf(tx, label, caseIds, page), ALERTED);
  }

  outcomesAmong({ caseId, disease }: Pick<CaseFacts, 'caseId' | 'disease'>, people: readonly string[]) {
    return this.reading(async (tx, label) => {
      const merged = await MergedIds.read(tx, label);
      // Sent together: one round trip.
      const [failed, cases] = await Promise.all([
        failedAmong(tx, label, merged, caseId, people),
        liveCasesOf(tx, label, merged, people, disease),
      ]);
      return { failed, cases };
    }, ALERTED);
  }

  answersOf(people: readonly string[]) {
    return this.reading((tx, label) => answersOf(tx, label, people), HEALTH_ANSWERS);
  }

  staysOf(spans: readonly Span[]) {
    return this.reading((tx, label) => staysOf(tx, label, spans), STAYS);
  }

  near(personId: string, spans: readonly Span[]) {
    return this.reading((tx, label) => near(tx, label, personId, spans), NEARNESS);
  }

  present(
    placeId: string,
    window: { from: number; until: number },
    page: { after?: PresentAfter | undefined; limit: number },
  ) {
    return this.reading((tx, label) => present(tx, label, placeId, window, page), STAYS);
  }

  linksAmong(cases: readonly CaseFacts[]): Promise<CaseLink[]> {
    const personOf = new Map(cases.map(({ caseId, personId }) => [caseId, personId]));
    const asked = cases.flatMap(({ caseId, personId, records }) =>
      [personId, ...records].map((record) => [caseId, record]),
    );
    return this.reading(async (tx, label) => {
      const found = await rows<CaseLink>(
        tx,
        // Starts from the people: a case has many contacts, but a person is a contact of few cases.
        `UNWIND $asked AS row
         MATCH (c:${label('Case')} {id: row[0]})
         MATCH (p:Person {id: row[1]})-[e:${label('EXPOSED')} {degree: 1}]->(source:${label('Case')})
         WHERE source.id IN $caseIds AND source.disease = c.disease
         RETURN c.id AS caseId, source.id AS sourceId, min(e.first) AS first,
                max(coalesce(e.last, $ever)) AS last, max(e.minutes) AS minutes
         ORDER BY caseId, first, sourceId`,
        { asked, caseIds: [...personOf.keys()], ever: int(2 ** 32) },
      );
      return found.filter(({ caseId, sourceId }) => personOf.get(caseId) !== personOf.get(sourceId));
    }, EXPOSURES);
  }

  bridges(numbers: readonly number[], disease: string): Promise<BridgeFacts[]> {
    return this.reading(async (tx, label) => {
      const merged = await MergedRecords.read(tx, label);
      const asked = numbers.flatMap((number) => merged.recordsOf(number).map((record) => ints([number, record])));
      const found = await rows<Omit<BridgeFacts, 'exposures'> & { exposures: [string, number][] }>(
        tx,
        `UNWIND $asked AS row
         MATCH (p:Person {number: row[1]})-[e:${label('EXPOSED')} {degree: 1}]->(c:${label('Case')} {status: 'live', disease: $disease})
         WHERE NOT EXISTS { (p)<-[:OF]-(:${label('Case')} {status: 'live', disease: $disease}) }
         WITH row[0] AS number, c.id AS caseId, min(e.first) AS first ORDER BY number, first, caseId
         WITH number, collect([caseId, first]) AS exposures
         MATCH (q:Person {number: number})
         RETURN number, q.id AS personId, exposures`,
        { asked, disease },
      );
      const ill = new Set(await this.#illAmong(tx, label, merged, disease));
      return found
        .filter(({ number }) => !ill.has(number))
        .map(({ exposures, ...each }) => ({
          ...each,
          exposures: exposures.map(([caseId, first]) => ({ caseId, first })),
        }));
    }, EXPOSURES);
  }

  /** People of several records who are a case under any of them. */
  async #illAmong(tx: Tx, label: LabelOf, merged: MergedRecords, disease: string): Promise<number[]> {
    if (merged.none) return [];
    const found = await rows<{ record: number }>(
      tx,
      `UNWIND $records AS number
       MATCH (p:Person {number: number})<-[:OF]-(:${label('Case')} {status: 'live', disease: $disease})
       RETURN DISTINCT p.number AS record`,
      { records: ints(merged.all()), disease },
    );
    return found.map(({ record }) => merged.of(record));
  }

  searching<T>(run: (graph: TraceGraph) => Promise<T>): Promise<T> {
    return requireWhole(this.driver, TRACED).then(() => withTraceGraph(this.driver, this.cache, run));
  }
}

async function casesIn(
  tx: Tx,
  merged: MergedIds,
  query: string,
  parameters: Record<string, unknown>,
): Promise<CaseFacts[]> {
  const found = await rows<Omit<CaseFacts, 'personId' | 'records'> & { record: string }>(tx, query, parameters);
  return found.map(({ record, ...facts }) => {
    const [personId, ...records] = merged.with(record) as [string, ...string[]];
    return { ...facts, personId, records };
  });
}
