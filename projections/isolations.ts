import { eventSet } from '../src/kernel/event.js';
import { PersonIsolated, PersonReleased } from '../src/people/events.js';
import { readInstant } from '../src/kernel/instant.js';
import { ints, rows } from '../src/contact-graph/neo4j.js';
import type { TraceGraph } from '../src/contact-graph/ports.js';
import { defineProjection } from '../src/contact-graph/projection.js';
import { overrideMethods } from '../src/contact-graph/override-methods.js';
import type { RecordedEvent } from '../src/event-log/event-store.js';

/** Isolations, as a list on the person: alternating starts and ends, in seconds, with an end of 0 while it lasts. */
export const isolations = defineProjection({
  name: 'isolations',
  version: 1,
  owns: ['Person.isolations'],
  events: eventSet(PersonIsolated, PersonReleased),

  mentions(event) {
    return { people: [event.data.personId] };
  },

  async write({ tx, label }, events) {
    const key = label('Person.isolations');
    const changed = changesOf(events);
    const known = await rows<{ id: string; isolations: number[] }>(
      tx,
      `MATCH (p:Person) WHERE p.id IN $ids RETURN p.id AS id, coalesce(p.${key}, []) AS isolations`,
      { ids: [...changed.keys()] },
    );
    const people = known.map(({ id, isolations }) => ({
      id,
      isolations: ints(changedBy(changed.get(id), isolations)),
    }));
    await tx.run(`UNWIND $people AS row MATCH (p:Person {id: row.id}) SET p.${key} = row.isolations`, { people });
  },
});

type Isolation = RecordedEvent<PersonIsolated | PersonReleased>;

export function isIsolation(event: RecordedEvent): event is Isolation {
  return isolations.events.includes(event);
}

/** Ends by start for each person, in seconds, with an end of 0 while it lasts; the last event wins. */
function changesOf(events: readonly Isolation[]): Map<string, Map<number, number>> {
  const changed = new Map<string, Map<number, number>>();
  for (const event of events) {
    const { personId, startedAt } = event.data;
    let stretches = changed.get(personId);
    if (!stretches) changed.set(personId, (stretches = new Map()));
    stretches.set(readInstant(startedAt), event.type === 'PersonReleased' ? readInstant(event.data.endedAt) : 0);
  }
  return changed;
}

/** Applies changes to a list of alternating starts and ends. Returns the new list, in order. */
function changedBy(changes: ReadonlyMap<number, number> | undefined, isolations: readonly number[]): number[] {
  const stretches = [...(changes ?? [])];
  for (let i = 0; i + 1 < isolations.length; i += 2) {
    const [start, end] = [isolations[i] as number, isolations[i + 1] as number];
    if (!changes?.has(start)) stretches.push([start, end]);
  }
  return stretches.sort(([a], [b]) => a - b).flat();
}

/** A graph for tracing that also includes isolations that are not in it yet, of people whom it knows. */
export function isolationsAbove(graph: TraceGraph, events: readonly Isolation[]): TraceGraph {
  if (events.length === 0) return graph;
  const changed = changesOf(events);
  /** Changes by person's number, which all records of one person share. */
  let byNumber: Promise<Map<number, Map<number, number>>> | undefined;
  const numbered = async () => {
    const changes = new Map<number, Map<number, number>>();
    for (const [personId, stretches] of changed) {
      const number = await graph.person(personId);
      if (number !== undefined) changes.set(number, new Map([...(changes.get(number) ?? []), ...stretches]));
    }
    return changes;
  };
  const known = () => (byNumber ??= numbered());
  return overrideMethods(graph, {
    people: async (persons, before, disease) => {
      const found = await graph.people(persons, before, disease);
      for (const [number, change] of await known()) {
        const facts = found.get(number);
        if (facts) found.set(number, { ...facts, isolations: changedBy(change, facts.isolations) });
      }
      return found;
    },
  });
}
