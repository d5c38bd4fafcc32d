import type { Driver, RecordShape } from 'neo4j-driver';
import { dayOf, SECONDS_PER_DAY } from '../domain/instant.js';
import type { Shared } from '../domain/sharing.js';
import { MergedRecords } from './merged-records.js';
import { inTransaction, int, ints, rows, type Tx } from './neo4j.js';
import type { TraceGraph } from './ports.js';
import type {
  BridgeFacts,
  CaseFacts,
  CaseLink,
  ContactFacts,
  ExposureFacts,
  FactorFacts,
  NearFacts,
  PresentAfter,
  PresentFacts,
  QuestionGraph,
  Span,
  StayFacts,
  UnreachedFacts,
} from './question-ports.js';
import { withTraceGraph, type TraceCache } from './trace-graph.js';

const CASE_FACTS = `c.id AS caseId, p.id AS personId, c.disease AS disease, c.status AS status, c.from AS from,
  c.until AS until, c.anchor AS anchor`;
const EXPOSURE_FACTS = `p.id AS personId, c.id AS caseId, e.degree AS degree, e.first AS first, e.minutes AS minutes,
  e.rule AS rule`;

/** Answers a tracing team's questions from Neo4j: every one begins at an index and follows relationships from there. */
export class Neo4jQuestions implements QuestionGraph {
  constructor(
    private readonly driver: Driver,
    private readonly cache: TraceCache,
  ) {}

  async knowsPerson(personId: string): Promise<boolean> {
    return (await this.#read('MATCH (p:Person {id: $personId}) RETURN 1 AS one', { personId })).length > 0;
  }

  async knowsPlace(placeId: string): Promise<boolean> {
    return (await this.#read('MATCH (p:Place {id: $placeId}) RETURN 1 AS one', { placeId })).length > 0;
  }

  async caseById(caseId: string): Promise<CaseFacts | undefined> {
    const found = await this.#read<CaseFacts>(`MATCH (c:Case {id: $caseId})-[:OF]->(p:Person) RETURN ${CASE_FACTS}`, {
      caseId,
    });
    return found[0];
  }

  casesOf(personId: string, disease?: string): Promise<CaseFacts[]> {
    return this.#read<CaseFacts>(
      `MATCH (p:Person {id: $personId})<-[:OF]-(c:Case) WHERE $disease IS NULL OR c.disease = $disease
       RETURN ${CASE_FACTS} ORDER BY c.collectedAt, c.id`,
      { personId, disease: disease ?? null },
    );
  }

  liveCases({ disease, from, until }: { disease?: string | undefined; from: number; until: number }) {
    // Two queries, since only one that names the disease can use the index.
    const wanted = disease === undefined ? '' : 'c.disease = $disease AND ';
    return this.#read<CaseFacts>(
      `MATCH (c:Case)-[:OF]->(p:Person)
       WHERE ${wanted}c.anchor >= $from AND c.anchor < $until AND c.status = 'live'
       RETURN ${CASE_FACTS} ORDER BY c.anchor, c.id`,
      { disease: disease ?? null, from: int(from), until: int(until) },
    );
  }

  liveCaseSizes(from: string, limit: number): Promise<{ caseId: string; contacts: number }[]> {
    return this.#read(
      `MATCH (c:Case) WHERE c.id >= $from AND c.status = 'live'
       WITH c ORDER BY c.id LIMIT $limit
       RETURN c.id AS caseId, COUNT { (c)<-[:EXPOSED]-() } AS contacts ORDER BY caseId`,
      { from, limit: int(limit) },
    );
  }

  async exposure(personId: string, caseId: string): Promise<ExposureFacts | undefined> {
    const found = await this.#read<ExposureFacts>(
      `MATCH (p:Person {id: $personId})-[e:EXPOSED]->(c:Case {id: $caseId}) RETURN ${EXPOSURE_FACTS}`,
      { personId, caseId },
    );
    return found[0];
  }

  exposuresOf(personId: string): Promise<ExposureFacts[]> {
    return this.#read<ExposureFacts>(
      `MATCH (p:Person {id: $personId})-[e:EXPOSED]->(c:Case {status: 'live'})
       RETURN ${EXPOSURE_FACTS} ORDER BY e.degree, e.first, c.id`,
      { personId },
    );
  }

  contacts(
    caseId: string,
    { degree, after, limit }: { degree?: number | undefined; after?: [number, string] | undefined; limit: number },
  ): Promise<ContactFacts[]> {
    const [afterDegree, afterPerson] = after ?? [0, ''];
    return this.#read<ContactFacts>(
      `MATCH (c:Case {id: $caseId})<-[e:EXPOSED]-(p:Person)
       WHERE ($degree IS NULL OR e.degree = $degree)
         AND (e.degree > $afterDegree OR (e.degree = $afterDegree AND p.id > $afterPerson))
       WITH c, e, p ORDER BY e.degree, p.id LIMIT $limit
       RETURN ${EXPOSURE_FACTS}, e.last AS last,
              [(p)<-[:OF]-(own:Case {status: 'live'}) WHERE own.disease = c.disease | own.id] AS own
       ORDER BY degree, personId`,
      {
        caseId,
        degree: degree === undefined ? null : int(degree),
        afterDegree: int(afterDegree),
        afterPerson,
        limit: int(limit),
      },
    );
  }

  factors(caseId: string, { after, limit }: { after: string; limit: number }): Promise<FactorFacts[]> {
    return this.#read<FactorFacts>(
      `MATCH (:Case {id: $caseId})<-[s:SHARED]-(p:Person) WHERE p.id > $after
       RETURN p.id AS personId, s.what AS shared, s.since AS since ORDER BY p.id LIMIT $limit`,
      { caseId, after, limit: int(limit) },
    );
  }

  async sharedWith(personId: string, caseId: string): Promise<Shared[]> {
    const [found] = await this.#read<{ shared: Shared[] }>(
      'MATCH (:Person {id: $personId})-[s:SHARED]->(:Case {id: $caseId}) RETURN s.what AS shared',
      { personId, caseId },
    );
    return found?.shared ?? [];
  }

  countContacts(caseId: string): Promise<{ degree: number; count: number }[]> {
    return this.#read(
      `MATCH (:Case {id: $caseId})<-[e:EXPOSED]-()
       RETURN e.degree AS degree, count(e) AS count ORDER BY e.degree`,
      { caseId },
    );
  }

  unreached(
    caseId: string,
    { degree, after, limit }: { degree?: number | undefined; after: string; limit: number },
  ): Promise<UnreachedFacts[]> {
    return this.#read<UnreachedFacts>(
      // Most were told, and are set aside at once: only of the others the alert is looked up.
      `CALL () {
         MATCH (a:Alert {caseId: $caseId}) WHERE a.status IN ['sent', 'delivered']
         RETURN collect(a.personId) AS told
       }
       MATCH (c:Case {id: $caseId, status: 'live'})<-[e:EXPOSED]-(p:Person)
       WHERE p.id > $after AND ($degree IS NULL OR e.degree = $degree) AND NOT p.id IN told
       WITH c, e, p ORDER BY p.id
       CALL (c, p) {
         OPTIONAL MATCH (a:Alert {personId: p.id}) WHERE a.caseId = c.id AND a.status <> 'withdrawn'
         RETURN a ORDER BY a.sequence DESC LIMIT 1
       }
       // Whoever another alert covers was told as far as that one was.
       OPTIONAL MATCH (holder:Alert {id: a.by}) WHERE a.status = 'covered'
       WITH p, e, a, coalesce(holder, a) AS said
       WHERE said IS NULL OR NOT said.status IN ['sent', 'delivered']
       RETURN p.id AS personId, e.degree AS degree, e.first AS first, a.id AS alertId, said.status AS status,
              said.reason AS reason, said.changedAt AS changedAt
       LIMIT $limit`,
      { caseId, degree: degree === undefined ? null : int(degree), after, limit: int(limit) },
    );
  }

  async staysOf(spans: readonly Span[]): Promise<StayFacts[]> {
    const found = await this.#read<{ personId: string; stays: [string, number, number, boolean][] }>(
      `UNWIND range(0, size($spans) - 1) AS i
       WITH i, $spans[i] AS span
       MATCH (p:Person {id: span[0]})-[a:AT]->(s:Slot) WHERE a.to > span[1] AND a.from < span[2]
       MATCH (s)-[:IN]->(l:Place)
       WITH i, p, l, a.v AS visit, min(a.from) AS from, max(a.to) AS to, size(collect(a.open)) > 0 AS open
       ORDER BY i, from, to
       RETURN i, p.id AS personId, collect([l.id, from, to, open]) AS stays ORDER BY i`,
      { spans: spans.map(({ personId, from, until }) => [personId, int(from), int(until)]) },
    );
    return found.flatMap(({ personId, stays }) =>
      stays.map(([placeId, from, to, open]) => ({ personId, placeId, from, to, open })),
    );
  }

  near(one: string, other: string, from: number, until: number): Promise<NearFacts[]> {
    return this.#read<NearFacts>(
      `MATCH (:Person {id: $one})-[n:NEAR]-(:Person {id: $other}) WHERE n.to > $from AND n.from < $until
       RETURN n.from AS from, n.to AS to, n.distance AS distance ORDER BY n.from`,
      { one, other, from: int(from), until: int(until) },
    );
  }

  async present(
    placeId: string,
    window: { from: number; until: number },
    { after, limit }: { after?: PresentAfter | undefined; limit: number },
  ): Promise<PresentFacts[]> {
    const asked = {
      ...{ placeId, from: int(window.from), until: int(window.until) },
      ...{ firstDay: int(dayOf(window.from)), lastDay: int(dayOf(window.until - 1)) },
    };
    return inTransaction(this.driver, 'read', async (tx) => {
      const merged = await MergedRecords.read(tx);
      const [alone, joined] = [
        await rows<PresentFacts>(
          tx,
          `MATCH (l:Place {id: $placeId})
           UNWIND range($firstDay, $lastDay) AS day
           MATCH (s:Slot {key: l.number * 65536 + day})<-[a:AT]-(p:Person) WHERE a.from < $until AND a.to > $from
           WITH p, a.v AS visit, min(a.from) AS since, size(collect(a.open)) > 0 AS open
           WHERE NOT p.number IN $merged
             AND (since > $since OR (since = $since AND (p.id > $person OR (p.id = $person AND visit > $visit))))
           WITH p, visit, since, open ORDER BY since, p.id, visit LIMIT $limit
           CALL (p, visit) { MATCH (p)-[b:AT {v: visit}]->(:Slot) RETURN min(b.from) AS from, max(b.to) AS to }
           RETURN p.id AS personId, visit, since, from, to, open ORDER BY since, personId, visit`,
          {
            ...asked,
            merged: ints(merged.all()),
            since: int(after?.since ?? -1),
            person: after?.personId ?? '',
            visit: int(after?.visit ?? -1),
            limit: int(limit),
          },
        ),
        await presentMerged(tx, merged, asked),
      ];
      const inWindow = joined
        .filter(({ from, to }) => from < window.until && to > window.from)
        .map((stay) => ({ ...stay, since: Math.max(stay.from, dayOf(window.from) * SECONDS_PER_DAY) }))
        .filter((stay) => !after || inOrder(after, stay) < 0);
      return [...alone, ...inWindow].sort(inOrder).slice(0, limit);
    });
  }

  linksAmong(caseIds: readonly string[]): Promise<CaseLink[]> {
    return this.#read<CaseLink>(
      // From the people's side: a case has many contacts, a person is a contact of few cases.
      `UNWIND $caseIds AS id
       MATCH (c:Case {id: id})-[:OF]->(p:Person)-[e:EXPOSED {degree: 1}]->(source:Case)
       WHERE source.id IN $caseIds AND source <> c AND source.disease = c.disease
       RETURN c.id AS caseId, source.id AS sourceId, e.first AS first, e.minutes AS minutes
       ORDER BY caseId, first, sourceId`,
      { caseIds },
    );
  }

  bridges(numbers: readonly number[], disease: string): Promise<BridgeFacts[]> {
    return this.#read<BridgeFacts>(
      `UNWIND $numbers AS number
       MATCH (p:Person {number: number})-[e:EXPOSED {degree: 1}]->(c:Case {status: 'live', disease: $disease})
       WHERE NOT EXISTS { (p)<-[:OF]-(:Case {status: 'live', disease: $disease}) }
       RETURN number, p.id AS personId, c.id AS caseId, e.first AS first ORDER BY number, first, caseId`,
      { numbers: ints(numbers), disease },
    );
  }

  searching<T>(run: (graph: TraceGraph) => Promise<T>): Promise<T> {
    return withTraceGraph(this.driver, this.cache, run);
  }

  #read<Row extends RecordShape>(query: string, parameters: Record<string, unknown>): Promise<Row[]> {
    return inTransaction(this.driver, 'read', (tx) => rows<Row>(tx, query, parameters));
  }
}

/** The order of the pages of who was at a place. */
function inOrder(a: PresentAfter, b: PresentAfter): number {
  if (a.since !== b.since) return a.since - b.since;
  return a.personId < b.personId ? -1 : a.personId > b.personId ? 1 : a.visit - b.visit;
}

/**
 * Everyone of several records who was at a place in a window, with all stays there at any time: what records of one
 * person say of one time is one stay. They are few, so there are no pages of them.
 */
async function presentMerged(
  tx: Tx,
  merged: MergedRecords,
  asked: Record<'placeId' | 'from' | 'until' | 'firstDay' | 'lastDay', unknown>,
): Promise<Omit<PresentFacts, 'since'>[]> {
  const records = merged.all();
  if (records.length === 0) return [];
  const there = await rows<{ record: number }>(
    tx,
    `MATCH (l:Place {id: $placeId})
     UNWIND range($firstDay, $lastDay) AS day
     MATCH (s:Slot {key: l.number * 65536 + day})<-[a:AT]-(p:Person)
     WHERE a.from < $until AND a.to > $from AND p.number IN $merged
     RETURN DISTINCT p.number AS record`,
    { ...asked, merged: ints(records) },
  );
  if (there.length === 0) return [];
  const people = [...new Set(there.map(({ record }) => merged.of(record)))];
  const found = await rows<{ person: number; personId: string; visits: [number, number, number, boolean][] }>(
    tx,
    `MATCH (l:Place {id: $placeId})
     UNWIND $pairs AS pair
     MATCH (q:Person {number: pair[0]}), (p:Person {number: pair[1]})-[a:AT]->(s:Slot)
     WHERE s.key >= l.number * 65536 AND s.key < (l.number + 1) * 65536
     WITH q, p, a.v AS visit, min(a.from) AS from, max(a.to) AS to, size(collect(a.open)) > 0 AS open
     ORDER BY from, visit
     RETURN q.number AS person, q.id AS personId, collect([visit, from, to, open]) AS visits`,
    {
      placeId: asked.placeId,
      pairs: people.flatMap((person) => merged.recordsOf(person).map((record) => ints([person, record]))),
    },
  );
  return found.flatMap(({ personId, visits }) => {
    const stays: Omit<PresentFacts, 'since'>[] = [];
    for (const [visit, from, to, open] of visits) {
      const before = stays.at(-1);
      if (!before || from >= before.to) stays.push({ personId, visit, from, to, open });
      else if (to > before.to) Object.assign(before, { to, open });
      // A known end counts for more than a guess of the same.
      else if (to === before.to) before.open &&= open;
    }
    return stays;
  });
}
