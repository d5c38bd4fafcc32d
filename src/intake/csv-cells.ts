import { stringify, type Options } from 'csv-stringify/sync';
import { beginsLikeFormula } from '../kernel/text.js';

/**
 * Marks cells of the files that we write. A spreadsheet runs a cell that begins like a formula, so such a cell gets a
 * leading apostrophe, which tells spreadsheets that it is text. A cell that already has apostrophes before such a
 * character gets one more, so that reading restores the original. The library can mark cells too, but not in a way that
 * can be undone.
 */
const MARK = "'";

/** RFC 4180. A cell with a blank at either end is quoted, because some programs trim cells without quotes. */
const WRITTEN: Options = { eof: false, quoted_match: /\r|^\s|\s$/ };

/** One line of CSV. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  const marked = cells.map((cell) => (typeof cell === 'string' && needsMark(cell) ? MARK + cell : cell));
  return stringify([marked], WRITTEN);
}

/** The original text of a cell that `csvLine` wrote. */
export function fromCell(cell: string): string {
  return cell.startsWith(MARK) && needsMark(cell.slice(1)) ? cell.slice(1) : cell;
}

function needsMark(text: string): boolean {
  // A spreadsheet reads a negative number as a number.
  if (/^-\d+(?:\.\d+)?$/.test(text)) return false;
  return beginsLikeFormula(text.replace(/^'+/, '').trimStart()) || /^'*[\t\r]/.test(text);
}
