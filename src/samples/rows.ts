import type { Rows } from '../intake/define-rows.js';
import { RESULT_COLUMNS } from './columns.js';

export const RESULT_ROWS: Rows = {
  name: 'results',
  permission: 'results:write',
  title: 'Report, correct or retract test results',
  columns: RESULT_COLUMNS,
  previewed: true,
  load: async () => (await import('./store-results.js')).results,
};
