import type { AlertFilter, AlertGraph, AlertRow, HeldCase, Pace } from './alert-ports.js';
import { GraphReader } from '../contact-graph/graph-reader.js';
import { int } from '../contact-graph/neo4j.js';
import type { Reads } from '../contact-graph/reads.js';
import { graphDependency } from '../requests/context.js';
import { workerDependency } from '../work/worker.js';

/** The projections that several of these queries read. */
const ALERTS: Reads = ['alerts'];

/** How many earlier days of alerting a day is judged against. */
const DAYS_BEFORE = 14;

export class Neo4jAlerts extends GraphReader implements AlertGraph {
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

  async alertsDue(after: string | undefined, limit: number): Promise<string[]> {
    const due = await this.read<{ id: string }>(
      ALERTS,
      (label) =>
        `MATCH (a:${label('Alert')} {due: true}) WHERE a.id > $after RETURN a.id AS id ORDER BY a.id LIMIT $limit`,
      { after: after ?? '', limit: int(limit) },
    );
    return due.map(({ id }) => id);
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

/** The queries on behalf of people; they fail while the graph is being filled. */
export const alertGraph = graphDependency<AlertGraph>('alert graph', (driver) => new Neo4jAlerts(driver, true));

/** The same in a worker. */
export const ALERT_GRAPH = workerDependency('alert graph', ({ base }): AlertGraph => new Neo4jAlerts(base.driver));
