import { toCell } from '../intake/csv-cells.js';

/** One line of CSV (RFC 4180). A cell that a spreadsheet would run gets an apostrophe before it. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return cells.map(cell).join(',');
}

function cell(value: string | number | null): string {
  return typeof value === 'string' ? toCell(value) : String(value ?? '');
}
