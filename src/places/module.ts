import { defineModule } from '../kernel/module.js';
import { PLACE_REQUESTS } from './requests.js';
import { PLACE_ROWS } from './rows.js';

export const places = defineModule({
  name: 'places',
  requests: PLACE_REQUESTS,
  rows: [PLACE_ROWS],
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    projections: async () => [
      (await import('../../projections/places.js')).places,
      (await import('../../projections/place-kinds.js')).placeKinds,
    ],
  }),
});
