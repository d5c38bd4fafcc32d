import { eventSet } from '../src/kernel/event.js';
import { PlaceRegistered, PlaceCorrected } from '../src/places/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Facts about places. The projector itself applies their length of open visits to the visits. */
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
