import { stringify, type Options } from 'csv-stringify/sync';
import { beginsLikeFormula } from '../kernel/text.js';

/**
 * Cells of files that we write: a spreadsheet runs a cell that begins like a formula, so such a one gets an apostrophe
 * before it, which spreadsheets take for "this is text". One that begins with apostrophes before such a letter gets one
 * more, so that what is read back is what was there: that is why the library, which marks cells too, does not do it.
 */
const MARK = "'";

/** RFC 4180; a blank at either end of a cell is lost by programs that trim those without quotes. */
const WRITTEN: Options = { eof: false, quoted_match: /\r|^\s|\s$/ };

/** One line of CSV. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  const marked = cells.map((cell) => (typeof cell === 'string' && needsMark(cell) ? MARK + cell : cell));
  return stringify([marked], WRITTEN);
}

/** What `csvLine` was given, of a cell that it wrote. */
export function fromCell(cell: string): string {
  return cell.startsWith(MARK) && needsMark(cell.slice(1)) ? cell.slice(1) : cell;
}

function needsMark(text: string): boolean {
  // A number below nothing is read as one.
  if (/^-\d+(?:\.\d+)?$/.test(text)) return false;
  return beginsLikeFormula(text.replace(/^'+/, '').trimStart()) || /^'*[\t\r]/.test(text);
}
