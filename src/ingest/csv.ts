import { CsvError, parse } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { UserError } from '../domain/errors.js';
import type { Complaint } from './refusal.js';
import { unknownColumnFix, type Columns } from './read-rows.js';
import { REJECT_COLUMNS, rejectCells, type Original, type Source, type SourceRow } from './sources.js';

/** Bytes of one row; what is longer has a quote that was never closed. */
const LONGEST_ROW = 64 * 1024;

const ignored = new Set<string>(REJECT_COLUMNS);

/** A CSV file with a header: UTF-8, comma, LF or CRLF, cells quoted where they need it, columns in any order. */
export class CsvSource implements Source {
  #header: string[] = [];
  /** The header's columns that are the file's own, by their place in it. */
  #own: { name: string; at: number }[] = [];

  /**
   * @param input the bytes; destroyed when reading ends early.
   * @param name what the file is called in messages.
   */
  constructor(
    private readonly input: Readable,
    private readonly name: string,
    private readonly columns: Columns,
  ) {}

  /** @throws UserError when the header is not that of the kind, or a quote is left open. */
  async *rows(): AsyncIterable<SourceRow> {
    const parser = parse({
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: LONGEST_ROW,
    });
    const piping = pipeline(this.input, parser);
    // What goes wrong with the input reaches the loop below as the parser's error.
    piping.catch(() => undefined);
    let line = 1;
    try {
      for await (const cells of parser as AsyncIterable<string[]>) {
        const number = line;
        line += 1 + lineBreaksIn(cells);
        if (cells.length === 1 && cells[0]?.trim() === '') continue;
        if (this.#header.length === 0) this.#readHeader(cells);
        else yield this.#row(number, cells);
      }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      // Rows that the parser had ready are lost with its error, but counted in it.
      const records = 'records' in error && typeof error.records === 'number' ? error.records : 0;
      throw new UserError(
        `${this.name}: a quote is opened at line ${Math.max(line, records + 1)} or soon after it and never closed.`,
        'Close it, or write a quote inside a quoted cell twice; then import the file again: what is stored stays once.',
      );
    } finally {
      this.input.destroy();
      await piping.catch(() => undefined);
    }
    if (this.#header.length === 0) {
      throw new UserError(
        `${this.name} is empty.`,
        `Its first line names the columns: ${this.columns.required.join(',')}.`,
      );
    }
  }

  rejectsHeader(): string | undefined {
    return line([...this.#own.map(({ name }) => name), ...REJECT_COLUMNS]);
  }

  rejected({ number, original }: { number: number; original: Original }, complaints: readonly Complaint[]): string {
    const own = this.#own.map(({ at }) => original[at] ?? '');
    return line([...own, ...rejectCells(number, complaints).map(String)]);
  }

  #readHeader(cells: string[]): void {
    const names = cells.map((cell) => cell.trim());
    const wrong = this.#headerProblem(names);
    if (wrong) throw new UserError(`${this.name}: ${wrong.reason}`, wrong.fix);
    this.#header = names;
    this.#own = names.map((name, at) => ({ name, at })).filter(({ name }) => !ignored.has(name));
  }

  #headerProblem(names: string[]): { reason: string; fix: string } | undefined {
    const { all, required, instead = {} } = this.columns;
    const first = names[0] ?? '';
    if (first.includes('\0') || first.includes('\uFFFD')) {
      return { reason: 'the file is not in UTF-8.', fix: 'Save it as "CSV UTF-8".' };
    }
    const delimiter = [';', '\t', '|'].find((each) => names.length === 1 && first.includes(each));
    if (delimiter) {
      const shown = delimiter === '\t' ? 'tabs' : `"${delimiter}"`;
      return { reason: `its columns are separated by ${shown}.`, fix: 'Save it with commas between the columns.' };
    }
    const unknown = names.filter((name) => !all.includes(name) && !ignored.has(name));
    const missing = required.filter((name) => !names.includes(name) && !names.includes(instead[name] ?? name));
    const doubled = names.filter((name, at) => names.indexOf(name) < at);
    if (missing.length > 0) {
      const rest = unknown.length > 0 ? `, and has unknown columns: ${unknown.join(', ')}` : '';
      return {
        reason: `the header lacks ${missing.length > 1 ? 'the columns' : 'the column'} ${missing.join(', ')}${rest}.`,
        fix: `The columns are ${required.join(',')}; not needed are ${all.filter((name) => !required.includes(name)).join(',') || 'no others'}.`,
      };
    }
    if (unknown.length > 0) {
      return {
        reason: `the header has the unknown column ${unknown.map((name) => `"${name}"`).join(', ')}.`,
        fix: unknown.map((name) => unknownColumnFix(name, this.columns)).join(' '),
      };
    }
    if (doubled.length > 0) {
      return { reason: `the header has ${doubled[0]} twice.`, fix: 'Remove or rename one of the two columns.' };
    }
    return undefined;
  }

  #row(number: number, cells: string[]): SourceRow {
    if (cells.length !== this.#header.length) {
      const surplus = cells.slice(this.#header.length).join(',');
      return {
        number,
        original: cells,
        complaints: [
          {
            column: '',
            reason:
              `has ${cells.length} cells where the header has ${this.#header.length}` +
              (surplus === '' ? '' : ` (beyond them: "${surplus.slice(0, 200)}")`),
            fix: 'Complete the row, or quote a cell that holds a comma.',
          },
        ],
      };
    }
    const raw: Record<string, string> = {};
    for (const { name, at } of this.#own) raw[name] = cells[at] ?? '';
    return { number, original: cells, raw };
  }
}

function lineBreaksIn(cells: string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function line(cells: string[]): string {
  return cells.map((cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
