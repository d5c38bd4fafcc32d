import { PLACE_REQUESTS } from './requests.js';

export const places = {
  name: 'places',
  requests: PLACE_REQUESTS,
  parts: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/places.js')).places,
      (await import('../../projections/place-kinds.js')).placeKinds,
    ],
  }),
};
