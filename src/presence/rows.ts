import type { Rows, Statement } from '../intake/define-rows.js';
import { CHECK_IN_COLUMNS, PROXIMITY_COLUMNS } from './columns.js';

export const PRESENCE_ROWS: readonly Rows[] = [
  {
    name: 'check-ins',
    permission: 'check-ins:write',
    title: 'Record visits of people to places',
    columns: CHECK_IN_COLUMNS,
    groups: {
      name: 'post-group-check-in',
      title: 'Record a visit for each person of a group that one phone checks in',
    },
    note: 'an empty `left_at` counts as 60 minutes, or as the place or its kind defines, until it is known',
    load: async () => (await import('./store-check-ins.js')).checkIns,
  },
  {
    name: 'proximity',
    permission: 'proximity:write',
    title: 'Record that two people were near each other',
    columns: PROXIMITY_COLUMNS,
    load: async () => (await import('./store-proximity.js')).proximity,
  },
];

const VISIT = {
  permission: 'visits:change',
  about: { visit_id: 'The visit_id in the answer to the check-in, or the one that its source gave.' },
} as const;

/** The later statements about a visit. */
export const VISIT_STATEMENTS: readonly Statement[] = [
  {
    ...VISIT,
    name: 'check-out',
    title: 'Report when a visit ended',
    path: 'visits/{visit_id}/check-out',
    history: true,
    load: async () => (await import('./visit-changes.js')).checkOut,
  },
  {
    ...VISIT,
    name: 'correct-visit',
    title: 'Correct a visit by stating all its facts again',
    path: 'visits/{visit_id}/correct',
    history: true,
    load: async () => (await import('./visit-changes.js')).correction,
  },
  {
    ...VISIT,
    name: 'retract-visit',
    title: 'Report that a visit never took place',
    path: 'visits/{visit_id}/retract',
    load: async () => (await import('./visit-changes.js')).retraction,
  },
];
