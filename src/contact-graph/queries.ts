import type { Position } from '../event-log/event-store.js';
import { passedBy, passedByAll, readGraphState } from './checkpoints.js';
import { GraphReader } from './graph-reader.js';
import { int } from './neo4j.js';
import type { Reads } from './reads.js';
import type { AlertFilter, AlertRow, GraphQueries, HeldCase, Pace, SentMessage, TouchedBy } from './ports.js';

/** Projections that several queries read. */
const CASES: Reads = ['cases'];
const ALERTS: Reads = ['alerts'];

/** How many earlier days of alerting a day is judged against. */
const DAYS_BEFORE = 14;

/** Answers other parts' questions from Neo4j. */
export class Neo4jQueries extends GraphReader implements GraphQueries {
  async position(reads?: Reads): Promise<Position | undefined> {
    const state = await readGraphState(this.driver);
    return state && (reads ? passedBy(state, reads) : passedByAll(state.passed));
  }

  async alerts({ caseId, personId, status, after, limit }: AlertFilter): Promise<AlertRow[]> {
    return this.read<AlertRow>(
      ALERTS,
      (label) => `MATCH (a:${label('Alert')})
       WHERE a.id > $after AND ($caseId IS NULL OR a.caseId = $caseId)
         AND ($personId IS NULL OR a.personId = $personId) AND ($status IS NULL OR a.status = $status)
       RETURN a.id AS alertId, a.caseId AS caseId, a.personId AS personId, a.disease AS disease, a.degree AS degree,
              a.sequence AS sequence, a.status AS status, a.reason AS reason, a.by AS by, a.provider AS provider,
              a.takeBack AS takeBack, a.requestedAt AS requestedAt, a.changedAt AS changedAt
       ORDER BY a.id LIMIT $limit`,
      {
        caseId: caseId ?? null,
        personId: personId ?? null,
        status: status ?? null,
        after: after ?? '',
        limit: int(limit),
      },
    );
  }

  async messageByReference(provider: string, reference: string): Promise<SentMessage | undefined> {
    type Found = Omit<SentMessage, 'noted'> & { messageId: string | null; whose: string | null };
    // A message with a stream of its own comes first. The others were sent without one, or before messages had streams.
    const [message] = await this.read<Found>(
      ['messages', 'alerts', 'reminders'],
      (label) => `CALL () {
         MATCH (m:${label('Message')} {reference: $reference}) WHERE m.provider = $provider
         RETURN m.about AS about, m.purpose AS purpose, m.id AS messageId, m.whose AS whose
         UNION
         MATCH (a:${label('Alert')} {reference: $reference}) WHERE a.provider = $provider RETURN a.id AS about, 'alert' AS purpose, null AS messageId, null AS whose
         UNION
         MATCH (a:${label('Alert')} {withdrawalReference: $reference}) WHERE a.takenBackBy = $provider
         RETURN a.id AS about, 'withdrawal' AS purpose, null AS messageId, null AS whose
         UNION
         MATCH (r:${label('Reminder')} {reference: $reference}) WHERE r.provider = $provider
         RETURN r.id AS about, 'reminder' AS purpose, null AS messageId, null AS whose
       }
       RETURN about, purpose, messageId, whose ORDER BY messageId IS NULL LIMIT 1`,
      { provider, reference },
    );
    if (!message) return undefined;
    const { about, purpose, messageId, whose } = message;
    return { about, purpose, ...(messageId !== null && whose !== null && { noted: { messageId, whose } }) };
  }

  async casesDue(): Promise<string[]> {
    const due = await this.read<{ id: string }>(
      CASES,
      (label) => `MATCH (c:${label('Case')} {due: true}) RETURN c.id AS id`,
    );
    return due.map(({ id }) => id);
  }

  async alertsDue(after: string | undefined, limit: number): Promise<string[]> {
    const due = await this.read<{ id: string }>(
      ALERTS,
      (label) =>
        `MATCH (a:${label('Alert')} {due: true}) WHERE a.id > $after RETURN a.id AS id ORDER BY a.id LIMIT $limit`,
      { after: after ?? '', limit: int(limit) },
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

  async pace(at: number): Promise<Pace> {
    const hour = Math.floor(at / 3_600_000);
    const [row] = await this.read<{ usual: number[]; hours: [number, number][]; approved: number }>(
      ['cases', 'case-windows', 'brake'],
      (label) => `CALL () {
         MATCH (c:${label('Case')} {status: 'live'}) WHERE c.contacts IS NOT NULL AND c.brake IS NULL
         WITH c ORDER BY c.collectedAt DESC LIMIT 200 RETURN collect(c.contacts) AS usual
       }
       CALL () {
         MATCH (h:${label('AlertHour')}) WHERE h.hour > $from RETURN collect([h.hour, h.requested]) AS hours
       }
       CALL () {
         OPTIONAL MATCH (h:${label('AlertHour')}) WHERE h.hour > $yesterday RETURN coalesce(max(h.approved), 0) AS approved
       }
       RETURN usual, hours, approved`,
      { from: int(hour - 24 * DAYS_BEFORE - 24), yesterday: int(hour - 24) },
    );
    const days = new Array<number>(DAYS_BEFORE + 1).fill(0);
    for (const [each, requested] of row?.hours ?? []) {
      const day = Math.floor((hour - each) / 24);
      if (day >= 0 && day < days.length) days[day] = (days[day] ?? 0) + requested;
    }
    const [today = 0, ...before] = days;
    return { usual: row?.usual ?? [], today, before, approvedToday: row?.approved ?? 0 };
  }

  async capacities(placeIds: readonly string[]): Promise<Map<string, number>> {
    const known = await this.read<{ id: string; capacity: number }>(
      ['places'],
      (label) => `UNWIND $placeIds AS id MATCH (p:Place {id: id}) WHERE p.${label('Place.capacity')} IS NOT NULL
       RETURN p.id AS id, p.${label('Place.capacity')} AS capacity`,
      { placeIds },
    );
    return new Map(known.map(({ id, capacity }) => [id, capacity]));
  }

  heldCases(limit: number): Promise<HeldCase[]> {
    return this.read<HeldCase>(
      ['cases', 'brake'],
      (label) => `MATCH (c:${label('Case')})-[:OF]->(p:Person) WHERE c.brake IS NOT NULL
       RETURN c.id AS caseId, p.id AS personId, c.brake AS status, c.heldContacts AS contacts, c.heldSince AS since
       ORDER BY since, caseId LIMIT $limit`,
      { limit: int(limit) },
    );
  }
}
