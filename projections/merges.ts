import { eventSet } from '../src/kernel/event.js';
import { PersonMerged, PersonUnmerged } from '../src/people/events.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Records of one person stay separate and point to the one whose id counts, so that unmerging them loses nothing. */
export const merges = defineProjection({
  name: 'merges',
  version: 1,
  owns: ['SAME_AS'],
  events: eventSet(PersonMerged, PersonUnmerged),

  mentions(event) {
    if (event.type === 'PersonMerged') return { people: [event.data.personId, event.data.into] };
    return { people: [event.data.personId] };
  },

  async write({ tx, label }, events) {
    const into = new Map<string, string | null>();
    for (const event of events) {
      if (event.type === 'PersonMerged') into.set(event.data.personId, event.data.into);
      else into.set(event.data.personId, null);
    }
    await tx.run(`UNWIND $people AS id MATCH (:Person {id: id})-[same:${label('SAME_AS')}]->() DELETE same`, {
      people: [...into.keys()],
    });
    await tx.run(
      `UNWIND $pairs AS pair MATCH (p:Person {id: pair[0]}), (q:Person {id: pair[1]}) CREATE (p)-[:${label('SAME_AS')}]->(q)`,
      {
        pairs: [...into].filter(([, other]) => other !== null),
      },
    );
  },
});
