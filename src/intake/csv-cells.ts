import { beginsLikeFormula } from '../kernel/text.js';

/**
 * Cells of files that we write: a spreadsheet runs a cell that begins like a formula, so such a one gets an apostrophe
 * before it, which spreadsheets take for "this is text". One that begins with apostrophes before such a letter gets one
 * more, so that what is read back is what was there.
 */
const MARK = "'";

export function toCell(text: string): string {
  const marked = needsMark(text) ? MARK + text : text;
  return /[",\r\n]|^\s|\s$/.test(marked) ? `"${marked.replaceAll('"', '""')}"` : marked;
}

/** What `toCell` was given. */
export function fromCell(cell: string): string {
  return cell.startsWith(MARK) && needsMark(cell.slice(1)) ? cell.slice(1) : cell;
}

function needsMark(text: string): boolean {
  // A number below nothing is read as one.
  if (/^-\d+(?:\.\d+)?$/.test(text)) return false;
  return beginsLikeFormula(text.replace(/^'+/, '').trimStart()) || /^'*[\t\r]/.test(text);
}
