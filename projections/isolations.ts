import { readInstant } from '../src/domain/instant.js';
import { ints, rows } from '../src/graph/neo4j.js';
import type { FactProjection } from '../src/graph/projection.js';

/** A person's isolations stand on the person: starts and ends in turn, in seconds, an end of 0 while it lasts. */
export const isolations: FactProjection = {
  name: 'isolations',
  types: ['PersonIsolated', 'PersonReleased'],

  mentions(event) {
    return event.type === 'PersonIsolated' || event.type === 'PersonReleased' ? { people: [event.data.personId] } : {};
  },

  async write({ tx }, events) {
    const changed = new Map<string, Map<number, number>>();
    for (const event of events) {
      if (event.type !== 'PersonIsolated' && event.type !== 'PersonReleased') continue;
      const { personId, startedAt } = event.data;
      let stretches = changed.get(personId);
      if (!stretches) changed.set(personId, (stretches = new Map()));
      stretches.set(readInstant(startedAt), event.type === 'PersonReleased' ? readInstant(event.data.endedAt) : 0);
    }
    const known = await rows<{ id: string; isolations: number[] }>(
      tx,
      'MATCH (p:Person) WHERE p.id IN $ids RETURN p.id AS id, coalesce(p.isolations, []) AS isolations',
      { ids: [...changed.keys()] },
    );
    const people = known.map(({ id, isolations }) => {
      const stretches = new Map<number, number>();
      for (let i = 0; i + 1 < isolations.length; i += 2) stretches.set(isolations[i] ?? 0, isolations[i + 1] ?? 0);
      for (const [start, end] of changed.get(id) ?? []) stretches.set(start, end);
      return { id, isolations: ints([...stretches].sort(([a], [b]) => a - b).flat()) };
    });
    await tx.run('UNWIND $people AS row MATCH (p:Person {id: row.id}) SET p.isolations = row.isolations', { people });
  },
};
