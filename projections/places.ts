import { eventSet } from '../src/kernel/event.js';
import { PlaceRegistered, PlaceCorrected } from '../src/places/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** What is known of places. How long an open visit lasts there is applied by the projector to the visits themselves. */
export const places = defineProjection({
  name: 'places',
  version: 1,
  events: eventSet(PlaceRegistered, PlaceCorrected),

  mentions(event) {
    return { places: [event.data.placeId] };
  },

  async write({ tx }, events) {
    const described = events.flatMap((event) => {
      const { placeId, name, kind, capacity, latitude, longitude, defaultStayMinutes } = event.data;
      return [
        {
          id: placeId,
          facts: {
            name,
            kind,
            capacity: capacity === null ? null : int(capacity),
            latitude,
            longitude,
            stayMinutes: defaultStayMinutes === null ? null : int(defaultStayMinutes),
          },
        },
      ];
    });
    await tx.run('UNWIND $described AS row MATCH (p:Place {id: row.id}) SET p += row.facts', { described });
  },
});
