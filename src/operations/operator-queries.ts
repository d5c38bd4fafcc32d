import { FAILURES } from '../alerting/words.js';
import type { Driver } from 'neo4j-driver';
import { GraphReader } from '../contact-graph/graph-reader.js';
import { int } from '../contact-graph/neo4j.js';
import type { Reads } from '../contact-graph/reads.js';
import type { FailedFilter, OperatorCommand, OperatorQueries, ProviderCounts } from './operator-ports.js';

/** The projections that these queries read. */
const OPERATORS: Reads = ['operators'];
const ALERTS: Reads = ['alerts'];

/** Queries of the graph for operators. */
export class Neo4jOperators extends GraphReader implements OperatorQueries {
  constructor(driver: Driver) {
    super(driver, true);
  }

  async providerCounts(): Promise<ProviderCounts[]> {
    const counted = await this.read<{ provider: string; what: string; messages: number }>(
      OPERATORS,
      (
        label,
      ) => `MATCH (c:${label('ProviderCount')}) RETURN c.provider AS provider, c.what AS what, c.messages AS messages
       ORDER BY provider, what`,
    );
    const providers = new Map<string, ProviderCounts>();
    for (const { provider, what, messages } of counted) {
      const counts = providers.get(provider) ?? { provider, sent: 0, takenBack: 0, failed: {} };
      providers.set(provider, counts);
      if (what === 'sent' || what === 'takenBack') counts[what] = messages;
      else counts.failed[what] = messages;
    }
    return [...providers.values()];
  }

  failedNow(): Promise<{ reason: string; alerts: number }[]> {
    return this.read(
      ALERTS,
      (label) => `MATCH (a:${label('Alert')}) WHERE a.reason IN $reasons AND a.status = 'failed'
       RETURN a.reason AS reason, count(*) AS alerts ORDER BY reason`,
      { reasons: [...FAILURES] },
    );
  }

  async failedAlerts({ caseId, reasons, provider, after, limit }: FailedFilter): Promise<string[]> {
    const found = await this.read<{ id: string }>(
      ALERTS,
      (label) => `MATCH (a:${label('Alert')}) WHERE a.reason IN $reasons AND a.status = 'failed' AND a.id > $after
         AND ($caseId IS NULL OR a.caseId = $caseId) AND ($provider IS NULL OR a.failedBy = $provider)
       RETURN a.id AS id ORDER BY id LIMIT $limit`,
      { reasons, after: after ?? '', caseId: caseId ?? null, provider: provider ?? null, limit: int(limit) },
    );
    return found.map(({ id }) => id);
  }

  operatorCommands(limit: number): Promise<OperatorCommand[]> {
    return this.read<OperatorCommand>(
      OPERATORS,
      (label) => `MATCH (c:${label('OperatorCommand')}) RETURN c.stream AS stream, c.revision AS revision
       ORDER BY c.commit DESC LIMIT $limit`,
      { limit: int(limit) },
    );
  }
}
