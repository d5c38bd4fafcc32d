import { int } from '../src/graph/neo4j.js';
import type { FactProjection } from '../src/graph/projection.js';

/** What contacts answered by the links of their alerts: of each person whom an answer speaks for the whole of it. */
export const answers: FactProjection = {
  name: 'answers',
  types: ['ContactAnswered'],

  mentions: () => ({}),

  async write({ tx }, events) {
    const given = events.flatMap((event) => {
      if (event.type !== 'ContactAnswered') return [];
      const { alertId, personId, others = [], ill, ofOtherCases = [], ...facts } = event.data;
      const cases = new Map(ofOtherCases.map((other) => [other.personId, other.caseId]));
      const people = [personId, ...others];
      const ofPhone = ill === undefined ? {} : { people: int(people.length), ill: int(ill) };
      const answer = { ...facts, ...ofPhone, at: int(Math.floor(event.recordedAt.getTime() / 1000)) };
      return people.map((person) => [alertId, person, { ...answer, caseId: cases.get(person) ?? facts.caseId }]);
    });
    await tx.run('UNWIND $given AS row MERGE (a:Answer {alertId: row[0], personId: row[1]}) SET a += row[2]', {
      given,
    });
  },
};
