import { eventSet } from '../src/kernel/event.js';
import { ProximityObserved } from '../src/presence/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** One `NEAR` per meeting, from the lower number to the higher; the same pair and start replaces it. */
export const proximity = defineProjection({
  name: 'proximity',
  version: 1,
  owns: ['NEAR'],
  events: eventSet(ProximityObserved),

  mentions(event) {
    return { people: [event.data.personA, event.data.personB] };
  },

  async write({ tx, numbering, label }, events) {
    const meetings = events.flatMap((event) => {
      const { personA, personB, startedAt, endedAt, distanceMetres } = event.data;
      const pair = [numbering.person(personA), numbering.person(personB)].sort((a, b) => a - b).map(int);
      return [[...pair, int(readInstant(startedAt)), int(readInstant(endedAt)), distanceMetres]];
    });
    await tx.run(
      `UNWIND $meetings AS row
       MATCH (a:Person {number: row[0]}), (b:Person {number: row[1]})
       MERGE (a)-[n:${label('NEAR')} {from: row[2]}]->(b)
       SET n.to = row[3], n.distance = row[4]`,
      { meetings },
    );
  },
});
