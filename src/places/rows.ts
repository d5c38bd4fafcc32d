import type { Rows } from '../intake/define-rows.js';
import { PLACE_COLUMNS } from './columns.js';

export const PLACE_ROWS: Rows = {
  name: 'places',
  permission: 'places:write',
  title: 'Describe places',
  columns: PLACE_COLUMNS,
  load: async () => (await import('./store-places.js')).places,
};
