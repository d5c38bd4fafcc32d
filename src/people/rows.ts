import type { Rows } from '../intake/define-rows.js';
import { PEOPLE_COLUMNS, ISOLATION_COLUMNS } from './columns.js';

export const PEOPLE_ROWS: readonly Rows[] = [
  {
    name: 'people',
    permission: 'people:write',
    title: 'Register or correct people; name and phone are sealed at once',
    columns: PEOPLE_COLUMNS,
    load: async () => (await import('./store-people.js')).people,
  },
  {
    name: 'isolations',
    permission: 'isolations:write',
    title: 'Record isolations',
    columns: ISOLATION_COLUMNS,
    previewed: true,
    load: async () => (await import('./store-isolations.js')).isolations,
  },
];
