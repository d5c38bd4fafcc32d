import { UserError } from '../kernel/errors.js';
import { fromCell } from './csv-cells.js';
import { unknownColumnFix, type ColumnNames } from './read-rows.js';
import { guess } from '../requests/refusal.js';
import { REJECT_COLUMNS } from './sources.js';

interface Column {
  name: string;
  at: number;
}

export interface Header {
  /** The number of cells in the header, without the unnamed ones at its end. */
  named: number;
  /** The number of all cells in the header. */
  length: number;
  /** The columns that belong to the kind of rows. */
  own: readonly Column[];
  /** All columns of the file except those that a file of refused rows adds; a new file of refused rows repeats them. */
  kept: readonly Column[];
  /** The names of columns that do not belong to the kind. */
  ignored: readonly string[];
  /** Whether it is a file of refused rows, in which cells like formulas were marked. */
  marked: boolean;
}

const added = new Set<string>(REJECT_COLUMNS);

/**
 * Reads the first row of a file.
 * @param file the file's name in messages.
 * @throws UserError when it is not a header for this kind of rows.
 */
export function readHeader(cells: readonly string[], columns: ColumnNames, file: string): Header {
  const names = cells.map((cell) => fromCell(cell.trim()));
  let named = names.length;
  while (named > 0 && names[named - 1] === '') named--;
  const all = names.slice(0, named);
  const wrong = problemOf(all, columns);
  if (wrong) throw new UserError(`${file}: ${wrong.reason}`, wrong.fix);
  const kept = all.map((name, at) => ({ name, at })).filter(({ name }) => !added.has(name));
  return {
    named,
    length: cells.length,
    own: kept.filter(({ name }) => columns.all.includes(name)),
    kept,
    ignored: kept
      .filter(({ name }) => !columns.all.includes(name))
      .map(({ name, at }) => (name === '' ? `the column ${at + 1}, which has no name` : name)),
    marked: REJECT_COLUMNS.every((name) => all.includes(name)),
  };
}

function problemOf(
  names: readonly string[],
  { all, required, instead = {} }: ColumnNames,
): { reason: string; fix: string } | undefined {
  const first = names[0] ?? '';
  if (first.includes('\0') || first.includes('\uFFFD')) {
    return { reason: 'the file is not in UTF-8.', fix: 'Save it as "CSV UTF-8".' };
  }
  const delimiter = [';', '\t', '|'].find((each) => names.length === 1 && first.includes(each));
  if (delimiter) {
    const shown = delimiter === '\t' ? 'tabs' : `"${delimiter}"`;
    return { reason: `its columns are separated by ${shown}.`, fix: 'Save it with commas between the columns.' };
  }
  const missing = required.filter((name) => !names.includes(name) && !names.includes(instead[name] ?? name));
  if (missing.length > 0) {
    const unknown = names.filter((name) => name !== '' && !all.includes(name) && !added.has(name));
    const rest = unknown.length > 0 ? `, and has unknown columns: ${unknown.join(', ')}` : '';
    const meant = missing.flatMap((name) => {
      const near = guess(name, unknown);
      return near === undefined ? [] : [`"${near}" may be ${name}.`];
    });
    return {
      reason: `the header lacks ${missing.length > 1 ? 'the columns' : 'the column'} ${missing.join(', ')}${rest}.`,
      fix: [
        ...meant,
        `Required: ${required.join(',')}; optional: ${all.filter((name) => !required.includes(name)).join(',') || 'none'}.`,
      ].join(' '),
    };
  }
  // A misspelt name of a column that the file lacks: ignoring it would lose the column's values.
  const slip = names.find(
    (name) => !all.includes(name) && all.some((each) => !names.includes(each) && isSlipOf(name, each)),
  );
  if (slip !== undefined) {
    return { reason: `the header has the unknown column "${slip}".`, fix: unknownColumnFix(slip, { all, required }) };
  }
  const doubled = names.find((name, at) => all.includes(name) && names.indexOf(name) < at);
  if (doubled === undefined) return undefined;
  return { reason: `the header has ${doubled} twice.`, fix: 'Remove or rename one of the two columns.' };
}

/** Whether a name differs from a column by one or two letters, so that nobody would use it for something else. */
function isSlipOf(given: string, name: string): boolean {
  return guess(given, [name], Math.min(2, Math.floor(name.length / 4))) !== undefined;
}
