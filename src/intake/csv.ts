import { CsvError, parse } from 'csv-parse';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { UserError } from '../kernel/errors.js';
import { csvLine, fromCell } from './csv-cells.js';
import { readHeader, type Header } from './csv-header.js';
import type { Complaint } from '../requests/refusal.js';
import type { ColumnNames } from './read-rows.js';
import { REJECT_COLUMNS, rejectCells, type Original, type Source, type SourceRow } from './sources.js';

/** In bytes. A longer row has a quote that was never closed. */
const LONGEST_ROW = 64 * 1024;
/** A file may be joined from files of Windows and of other systems. */
const LINE_ENDS = ['\r\n', '\n', '\r'];

/**
 * A CSV file with a header: UTF-8, commas, line ends of any system, quotes where needed, columns in any order. Columns
 * that do not belong to the kind are ignored and reported. Rows with only empty cells are skipped.
 */
export class CsvSource implements Source {
  #header: Header | undefined;

  /**
   * @param input the bytes; destroyed when reading ends.
   * @param name the file's name in messages.
   */
  constructor(
    private readonly input: Readable,
    private readonly name: string,
    private readonly columns: ColumnNames,
  ) {}

  /** @throws UserError when the header does not fit the kind, the file is empty, or a quote is not closed. */
  async *rows(): AsyncIterable<SourceRow> {
    let line = 1;
    /** Of the rows that are parsed and not yet read, the lines of the file on which they begin, from 1. */
    const begins: number[] = [];
    const parser = parse({
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      max_record_size: LONGEST_ROW,
      record_delimiter: LINE_ENDS,
      // Lines are counted in the parser, because an error drops the parsed rows that were not read yet.
      on_record: (cells: string[]) => {
        begins.push(line);
        line += 1 + lineBreaksIn(cells);
        return cells;
      },
    });
    const piping = pipeline(this.input, parser);
    // An error of the input reaches the loop below as an error of the parser.
    piping.catch(() => undefined);
    try {
      for await (const cells of parser as AsyncIterable<string[]>) {
        const number = begins.shift() ?? line;
        if (cells.every((cell) => cell.trim() === '')) continue;
        if (this.#header) yield this.#row(this.#header, number, cells);
        else this.#header = readHeader(cells, this.columns, this.name);
      }
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const what =
        error.code === 'CSV_MAX_RECORD_SIZE'
          ? `is longer than ${LONGEST_ROW / 1024} KiB: a quote in it is never closed`
          : 'has a quote that is never closed';
      throw new UserError(
        `${this.name}: the row that begins at line ${line} ${what}.`,
        'Close it, or write a quote inside a quoted cell twice; then import the file again: nothing is stored twice.',
      );
    } finally {
      this.input.destroy();
      await piping.catch(() => undefined);
    }
    if (!this.#header) {
      throw new UserError(
        `${this.name} is empty.`,
        `Its first line must name the columns: ${this.columns.required.join(',')}.`,
      );
    }
  }

  ignoredColumns(): readonly string[] {
    return this.#header?.ignored ?? [];
  }

  rejectsHeader(): string | undefined {
    const kept = this.#header?.kept ?? [];
    return csvLine([...kept.map(({ name }) => name), ...REJECT_COLUMNS]);
  }

  rejected({ number, original }: { number: number; original: Original }, complaints: readonly Complaint[]): string {
    const kept = (this.#header?.kept ?? []).map(({ at }) => original[at] ?? '');
    return csvLine([...kept, ...rejectCells(number, complaints).map(String)]);
  }

  #row({ length, named, own, marked }: Header, number: number, cells: string[]): SourceRow {
    const surplus = cells.slice(named);
    if (cells.length < named || surplus.some((cell) => cell.trim() !== '')) {
      return { number, original: cells, complaints: [wrongCount(cells, length, named)] };
    }
    // Only columns of the kind come into it, so it needs no care for the names of an object's own fields.
    const raw: Record<string, string> = {};
    for (const { name, at } of own) {
      const cell = cells[at] ?? '';
      if (/[\r\n]/.test(cell.trim())) return { number, original: cells, complaints: [brokenCell(name)] };
      raw[name] = marked ? fromCell(cell) : cell;
    }
    return { number, original: marked ? cells.map(fromCell) : cells, raw };
  }
}

function wrongCount(cells: string[], length: number, named: number): Complaint {
  const surplus = cells.slice(named).filter((cell) => cell !== '');
  const beyond = surplus.length === 0 ? '' : ` (surplus: "${surplus.join(',').slice(0, 200)}")`;
  const broken = cells.some((cell) => /[\r\n]/.test(cell.trim()));
  return {
    column: '',
    reason:
      `has ${cells.length} cells, but the header has ${length}${beyond}` +
      (broken ? ', and one of them runs over several lines: a quote may not be closed' : ''),
    fix: `${broken ? 'Close the quote' : 'Complete the row'}, or quote a cell that contains a comma.`,
  };
}

function brokenCell(column: string): Complaint {
  return {
    column,
    reason: 'runs over several lines: the quote before it may not be closed',
    fix: 'Close the quote, or write the cell in one line.',
  };
}

function lineBreaksIn(cells: string[]): number {
  let count = 0;
  for (const cell of cells) if (/[\r\n]/.test(cell)) count += cell.match(/\r\n|\n|\r/g)?.length ?? 0;
  return count;
}
