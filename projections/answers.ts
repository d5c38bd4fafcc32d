import { int } from '../src/graph/neo4j.js';
import type { FactProjection } from '../src/graph/projection.js';

/** What contacts answered by the links of their alerts. */
export const answers: FactProjection = {
  name: 'answers',
  types: ['ContactAnswered'],

  mentions: () => ({}),

  async write({ tx }, events) {
    const given = events.flatMap((event) => {
      if (event.type !== 'ContactAnswered') return [];
      const { alertId, ...facts } = event.data;
      return [[alertId, { ...facts, at: int(Math.floor(event.recordedAt.getTime() / 1000)) }]];
    });
    await tx.run('UNWIND $given AS row MERGE (a:Answer {alertId: row[0]}) SET a += row[1]', { given });
  },
};
