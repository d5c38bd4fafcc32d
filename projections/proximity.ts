import { eventSet } from '../src/kernel/event.js';
import { ProximityObserved } from '../src/presence/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { eventBits } from '../src/contact-graph/event-bits.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** What one event says of a meeting: bits of the event's id, when the meeting ended, and the distance. */
type Word = [event: ReturnType<typeof int>, to: ReturnType<typeof int>, distance: number | null];

/**
 * One `NEAR` per meeting, from the lower number to the higher; the same pair and start replaces it. It keeps bits of the
 * ids of its events: a copy of an earlier one changes nothing.
 */
export const proximity = defineProjection({
  name: 'proximity',
  version: 2,
  owns: ['NEAR'],
  events: eventSet(ProximityObserved),

  mentions(event) {
    return { people: [event.data.personA, event.data.personB] };
  },

  async write({ tx, numbering, label }, events) {
    const meetings = new Map<string, { meeting: number[]; words: Word[]; had: Set<number> }>();
    for (const event of events) {
      const { personA, personB, startedAt, endedAt, distanceMetres } = event.data;
      const pair = [numbering.person(personA), numbering.person(personB)].sort((a, b) => a - b);
      const meeting = [...pair, readInstant(startedAt)];
      const key = meeting.join(' ');
      let known = meetings.get(key);
      if (!known) meetings.set(key, (known = { meeting, words: [], had: new Set() }));
      const bits = eventBits(event.id);
      if (known.had.has(bits)) continue;
      known.had.add(bits);
      known.words.push([int(bits), int(readInstant(endedAt)), distanceMetres]);
    }
    await tx.run(
      `UNWIND $meetings AS row
       MATCH (a:Person {number: row[0]}), (b:Person {number: row[1]})
       MERGE (a)-[n:${label('NEAR')} {from: row[2]}]->(b)
       WITH n, [word IN row[3] WHERE NOT word[0] IN coalesce(n.events, [])] AS words WHERE size(words) > 0
       WITH n, words, last(words) AS holds
       SET n.to = holds[1], n.distance = holds[2], n.events = coalesce(n.events, []) + [word IN words | word[0]]`,
      { meetings: [...meetings.values()].map(({ meeting, words }) => [...meeting.map(int), words]) },
    );
  },
});
