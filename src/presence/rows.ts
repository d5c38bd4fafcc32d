import type { Rows } from '../intake/define-rows.js';
import { CHECK_IN_COLUMNS, PROXIMITY_COLUMNS } from './columns.js';

export const PRESENCE_ROWS: readonly Rows[] = [
  {
    name: 'check-ins',
    title: 'Record visits of people to places',
    columns: CHECK_IN_COLUMNS,
    groups: true,
    note: 'an empty `left_at` counts as 60 minutes, or as what the place or its kind says, until it is known',
    load: async () => (await import('./store-check-ins.js')).checkIns,
  },
  {
    name: 'proximity',
    title: 'Record that two people were near each other',
    columns: PROXIMITY_COLUMNS,
    load: async () => (await import('./store-proximity.js')).proximity,
  },
];
