import { GraphReader } from '../contact-graph/graph-reader.js';
import { int } from '../contact-graph/neo4j.js';
import type { Reads } from '../contact-graph/reads.js';

/** The projections that several of these queries read. */
const CASES: Reads = ['cases'];

/** Facts that may change what a trace finds. */
export interface TouchedBy {
  people: string[];
  /** Stays of people, by place and UTC day; times in seconds. */
  stays: { placeId: string; day: number; from: number; to: number }[];
  /** Places that were described for the first time. */
  places: string[];
  /** People whose household may have changed, each with the commit position of the event that reported it. */
  moved: { personId: string; at: bigint }[];
  /** The most seconds that a place's air stays infectious: another person may have left that much earlier. */
  lingering: number;
}

/** Queries of the contact graph for the cases to trace. */
export interface TracingGraph {
  /** Cases that changed after their latest completed trace, by id. */
  casesDue(): Promise<string[]>;
  /** Ids of live cases whose infectious window begins before an instant (seconds). */
  liveCases(before: number): Promise<string[]>;
  /** Ids of live cases whose person or contacts include these people, or people met during these stays. */
  touchedCases(by: TouchedBy): Promise<string[]>;
}

export class Neo4jTracing extends GraphReader implements TracingGraph {
  async casesDue(): Promise<string[]> {
    const due = await this.read<{ id: string }>(
      CASES,
      (label) => `MATCH (c:${label('Case')} {due: true}) RETURN c.id AS id`,
    );
    return due.map(({ id }) => id);
  }

  async liveCases(before: number): Promise<string[]> {
    const live = await this.read<{ id: string }>(
      CASES,
      (label) => `MATCH (c:${label('Case')} {status: 'live'}) WHERE c.from < $before RETURN c.id AS id`,
      { before: int(before) },
    );
    return live.map(({ id }) => id);
  }

  async touchedCases({ people, stays, places, moved, lingering }: TouchedBy): Promise<string[]> {
    const touched = await this.read<{ id: string }>(
      ['presence', 'households', 'merges', 'cases'],
      // A record of a person stands for the record whose id counts and all that point to it. People and cases have no
      // labels here and are reached step by step. Neo4j keeps a plan while the graph grows: a plan that began with all
      // people, or with all contacts of a case, few at planning time, would go through all of them for each row.
      (label) => `CALL () {
         UNWIND $people AS id MATCH (r:Person {id: id})
         WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]->(p)
         WITH DISTINCT p MATCH (p)-[:${label('EXPOSED')}|${label('SHARED')}]->(c) RETURN DISTINCT c
         UNION
         UNWIND $people AS id MATCH (r:Person {id: id})
         WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]-(p)
         WITH DISTINCT p MATCH (p)<-[of:OF]-(c) RETURN DISTINCT c
         UNION
         UNWIND $stays AS stay
         MATCH (place:Place {id: stay[0]}) MATCH (s:${label('Slot')} {key: place.number * 65536 + stay[1]})
         WITH s, stay MATCH (s)<-[a:${label('AT')}]-(r) WHERE a.from < stay[3]
         // Seconds from the end of the other stay to the start of this one; negative if they overlap.
         WITH r, min(stay[2] - a.to) AS gap WHERE gap < $lingering
         MATCH (r)-[:${label('SAME_AS')}*0..9]->(p)
         WITH p, min(gap) AS gap MATCH (p)-[e:${label('EXPOSED')}]->(c)
         WHERE e.degree < coalesce(c.greatestDegree, 5) AND gap < coalesce(c.lingering, 0)
         RETURN DISTINCT c
         UNION
         UNWIND $stays AS stay
         MATCH (place:Place {id: stay[0]}) MATCH (s:${label('Slot')} {key: place.number * 65536 + stay[1]})
         WITH s, stay MATCH (s)<-[a:${label('AT')}]-(r) WHERE a.from < stay[3]
         WITH r, min(stay[2] - a.to) AS gap WHERE gap < $lingering
         MATCH (r)-[:${label('SAME_AS')}*0..9]-(p)
         WITH p, min(gap) AS gap MATCH (p)<-[of:OF]-(c) WHERE gap < coalesce(c.lingering, 0)
         RETURN DISTINCT c
         UNION
         // People who moved, and the members of their new household. The former household needs no query: its cases are
         // linked to the person already.
         UNWIND $moved AS row MATCH (r:Person {id: row[0]}) WHERE r.${label('Person.movedAt')} = row[1]
         WITH DISTINCT r OPTIONAL MATCH (r)-[:${label('LIVES_IN')}]->()<-[:${label('LIVES_IN')}]-(o)
         WITH r, collect(o) AS others UNWIND others + [r] AS q
         WITH DISTINCT q MATCH (q)-[:${label('SAME_AS')}*0..9]-(p)
         WITH DISTINCT p MATCH (p)-[:OF|${label('EXPOSED')}|${label('SHARED')}]-(c) RETURN DISTINCT c
         UNION
         // For a place that is registered after its visits: everyone who was there.
         UNWIND $places AS id MATCH (place:Place {id: id})
         WITH DISTINCT place MATCH (place)<-[:${label('IN')}]-(s)<-[:${label('AT')}]-(r)
         WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]-(p)
         WITH DISTINCT p MATCH (p)-[:OF|${label('EXPOSED')}|${label('SHARED')}]-(c) RETURN DISTINCT c
       }
       WITH c WHERE c:${label('Case')} AND c.status = 'live'
       RETURN DISTINCT c.id AS id`,
      {
        people,
        places,
        moved: moved.map(({ personId, at }) => [personId, int(at)]),
        lingering: int(lingering),
        stays: stays.map(({ placeId, day, from, to }) => [placeId, int(day), int(from), int(to)]),
      },
    );
    return touched.map(({ id }) => id);
  }
}
