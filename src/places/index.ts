/** What other modules may import from places. */
export { knownPlaceKinds } from './describe-places.js';
export { PlaceCorrected, PlaceKindRuled, PlaceRegistered, placeStream } from './events.js';
export { Neo4jPlaces, PLACE_GRAPH, type PlaceGraph } from './place-graph.js';
export { placeDecider } from './place.js';
export { LONGEST_STAY_MINUTES } from './stay-minutes.js';
