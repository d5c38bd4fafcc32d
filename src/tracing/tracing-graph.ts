import { GraphReader } from '../contact-graph/graph-reader.js';
import type { LabelOf } from '../contact-graph/instances.js';
import { int, rows, type Tx } from '../contact-graph/neo4j.js';
import { slotKey, unpack } from '../contact-graph/packed.js';
import type { Reads } from '../contact-graph/reads.js';
import { keysAt, packedSlots } from '../contact-graph/slot-reader.js';

/** The projections that several of these queries read. */
const CASES: Reads = ['cases'];
/** The projections by which cases are found that something touches. */
const TOUCHING: Reads = ['presence', 'households', 'merges', 'cases'];

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
    return this.working(TOUCHING, async (tx, label) => {
      const met = stays.length === 0 ? [] : await metDuring(tx, label, stays, lingering);
      const there = places.length === 0 ? [] : await everAt(tx, label, places);
      const touched = await rows<{ id: string }>(tx, touchedBy(label), {
        ...{ people, met, there, moved: moved.map(({ personId, at }) => [personId, int(at)]) },
      });
      return touched.map(({ id }) => id);
    });
  }
}

/**
 * People who were at a place during a stay, or left it a little before: their numbers, and the seconds from the end of
 * the nearest of their stays to the start of the other, negative if they overlap.
 */
async function metDuring(
  tx: Tx,
  label: LabelOf,
  stays: TouchedBy['stays'],
  lingering: number,
): Promise<[person: number, gap: number][]> {
  const numberOf = await placeNumbers(
    tx,
    stays.map(({ placeId }) => placeId),
  );
  const bySlot = new Map<number, TouchedBy['stays']>();
  for (const stay of stays) {
    const place = numberOf.get(stay.placeId);
    if (place === undefined) continue;
    const key = slotKey(place, stay.day);
    bySlot.set(key, [...(bySlot.get(key) ?? []), stay]);
  }
  const gaps = new Map<number, number>();
  for (const [key, { records }] of await packedSlots(tx, label, [...bySlot.keys()])) {
    const { persons, from, to } = unpack(key, records);
    for (const stay of bySlot.get(key) ?? []) {
      for (let i = 0; i < persons.length && (from[i] as number) < stay.to; i++) {
        const gap = stay.from - (to[i] as number);
        if (gap >= lingering) continue;
        const person = persons[i] as number;
        if (gap < (gaps.get(person) ?? Infinity)) gaps.set(person, gap);
      }
    }
  }
  return [...gaps];
}

/** Numbers of all people who ever were at these places. */
async function everAt(tx: Tx, label: LabelOf, places: readonly string[]): Promise<number[]> {
  const numberOf = await placeNumbers(tx, places);
  const people = new Set<number>();
  const slots = await packedSlots(tx, label, await keysAt(tx, label, [...numberOf.values()]));
  for (const [key, { records }] of slots) for (const person of unpack(key, records).persons) people.add(person);
  return [...people];
}

async function placeNumbers(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const found = await rows<{ id: string; number: number }>(
    tx,
    'UNWIND $ids AS id MATCH (p:Place {id: id}) RETURN id, p.number AS number',
    { ids: [...new Set(ids)] },
  );
  return new Map(found.map(({ id, number }) => [id, number]));
}

/**
 * A record of a person stands for the record whose id counts and all that point to it. People and cases have no labels
 * here and are reached step by step. Neo4j keeps a plan while the graph grows: a plan that began with all people, or
 * with all contacts of a case, few at planning time, would go through all of them for each row.
 */
function touchedBy(label: LabelOf): string {
  return `CALL () {
       UNWIND $people AS id MATCH (r:Person {id: id})
       WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]->(p)
       WITH DISTINCT p MATCH (p)-[:${label('EXPOSED')}|${label('SHARED')}]->(c) RETURN DISTINCT c
       UNION
       UNWIND $people AS id MATCH (r:Person {id: id})
       WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]-(p)
       WITH DISTINCT p MATCH (p)<-[of:OF]-(c) RETURN DISTINCT c
       UNION
       UNWIND $met AS row MATCH (r:Person {number: toInteger(row[0])}) WITH r, row[1] AS gap
       MATCH (r)-[:${label('SAME_AS')}*0..9]->(p)
       WITH p, min(gap) AS gap MATCH (p)-[e:${label('EXPOSED')}]->(c)
       WHERE e.degree < coalesce(c.greatestDegree, 5) AND gap < coalesce(c.lingering, 0)
       RETURN DISTINCT c
       UNION
       UNWIND $met AS row MATCH (r:Person {number: toInteger(row[0])}) WITH r, row[1] AS gap
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
       UNWIND $there AS number MATCH (r:Person {number: toInteger(number)})
       WITH DISTINCT r MATCH (r)-[:${label('SAME_AS')}*0..9]-(p)
       WITH DISTINCT p MATCH (p)-[:OF|${label('EXPOSED')}|${label('SHARED')}]-(c) RETURN DISTINCT c
     }
     WITH c WHERE c:${label('Case')} AND c.status = 'live'
     RETURN DISTINCT c.id AS id`;
}
