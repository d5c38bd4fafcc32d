import { eventSet } from '../src/kernel/event.js';
import { PlaceRegistered, PlaceCorrected } from '../src/places/events.js';
import { int } from '../src/contact-graph/neo4j.js';
import { defineProjection } from '../src/contact-graph/projection.js';

/** Facts about places. Their kinds, and how long people stay there, are written with the visits, which need them. */
export const places = defineProjection({
  name: 'places',
  version: 1,
  owns: ['Place.name', 'Place.capacity', 'Place.latitude', 'Place.longitude'],
  events: eventSet(PlaceRegistered, PlaceCorrected),

  mentions(event) {
    return { places: [event.data.placeId] };
  },

  async write({ tx, label }, events) {
    const described = events.map((event) => {
      const { placeId, name, capacity, latitude, longitude } = event.data;
      const facts = {
        [label('Place.name')]: name,
        [label('Place.capacity')]: capacity === null ? null : int(capacity),
        [label('Place.latitude')]: latitude,
        [label('Place.longitude')]: longitude,
      };
      return { id: placeId, facts };
    });
    await tx.run('UNWIND $described AS row MATCH (p:Place {id: row.id}) SET p += row.facts', { described });
  },
});
