import { eventSet } from '../src/kernel/event.js';
import { PlaceKindRuled } from '../src/places/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Rules for kinds of places, as they were set. How long people stay is also written with the visits, as for places. */
export const placeKinds = defineProjection({
  name: 'place-kinds',
  version: 1,
  owns: ['PlaceKind'],
  events: eventSet(PlaceKindRuled),

  mentions: () => ({}),

  async write({ tx, label }, events) {
    const ruled = new Map<string, unknown[]>();
    for (const event of events) {
      const { kind, stayMinutes, shares } = event.data;
      ruled.set(kind, [kind, stayMinutes === null ? null : int(stayMinutes), shares]);
    }
    await tx.run(
      `UNWIND $ruled AS row MERGE (k:${label('PlaceKind')} {kind: row[0]})
       SET k.stayMinutes = row[1], k.shares = row[2]`,
      { ruled: [...ruled.values()] },
    );
  },
});
