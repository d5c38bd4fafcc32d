import { eventSet } from '../src/kernel/event.js';
import { PersonRegistered } from '../src/people/events.js';
import { int, rows } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/**
 * Who lives in which household, by the latest registration. The person stores the position of the event that last
 * changed the household, so that only a move causes new traces, and not every registration.
 */
export const households = defineProjection({
  name: 'households',
  version: 1,
  owns: ['Household', 'LIVES_IN', 'Person.movedAt'],
  events: eventSet(PersonRegistered),

  // A person without a household and without visits need not be in the graph.
  mentions(event) {
    return event.data.householdId === null ? {} : { people: [event.data.personId] };
  },

  async write({ tx, label }, events) {
    const said = new Map<string, { household: string | null; at: bigint }>();
    for (const event of events) {
      said.set(event.data.personId, { household: event.data.householdId, at: event.position.commit });
    }
    const known = await rows<{ id: string; household: string | null }>(
      tx,
      `MATCH (p:Person) WHERE p.id IN $ids OPTIONAL MATCH (p)-[:${label('LIVES_IN')}]->(h:${label('Household')})
       RETURN p.id AS id, h.id AS household`,
      { ids: [...said.keys()] },
    );
    const moved = known.flatMap(({ id, household }) => {
      const now = said.get(id);
      return now && now.household !== household ? [[id, now.household, int(now.at)]] : [];
    });
    await tx.run(
      `UNWIND $moved AS row MATCH (p:Person {id: row[0]}) SET p.${label('Person.movedAt')} = row[2]
       WITH p OPTIONAL MATCH (p)-[lives:${label('LIVES_IN')}]->() DELETE lives`,
      { moved },
    );
    await tx.run(
      `UNWIND $moved AS row MATCH (p:Person {id: row[0]}) MERGE (h:${label('Household')} {id: row[1]}) CREATE (p)-[:${label('LIVES_IN')}]->(h)`,
      { moved: moved.filter(([, household]) => household !== null) },
    );
  },
});
