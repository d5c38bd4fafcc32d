import { eventSet } from '../src/kernel/event.js';
import { ContactAnswered } from '../src/health-form/events.js';
import { toldBy } from './tasks.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Contacts' answers through the links in their alerts: the whole answer, for each person whom it covers. */
export const healthAnswers = defineProjection({
  name: 'answers',
  version: 1,
  owns: ['Answer'],
  events: eventSet(ContactAnswered),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const given = events.flatMap((event) => {
      const { alertId, symptoms, vaccinated, moved, ill } = event.data;
      const people = toldBy(event.data);
      const ofPhone = ill === undefined ? {} : { people: int(people.length), ill: int(ill) };
      const answer = {
        symptoms,
        vaccinated,
        moved,
        ...ofPhone,
        at: int(Math.floor(event.recordedAt.getTime() / 1000)),
      };
      return people.map(({ caseId, personId }) => [alertId, personId, { ...answer, caseId }]);
    });
    await tx.run(
      `UNWIND $given AS row MERGE (a:${label('Answer')} {alertId: row[0], personId: row[1]}) SET a += row[2]`,
      { given },
    );
  },
});
