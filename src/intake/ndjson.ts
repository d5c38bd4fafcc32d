import { StringDecoder } from 'node:string_decoder';
import { UserError } from '../kernel/errors.js';
import { DEEPEST, isTooDeep } from '../http/nesting.js';
import type { Complaint } from '../requests/refusal.js';
import { REJECT_COLUMNS, rejectCells, type Original, type Source, type SourceRow } from './sources.js';

/** In characters. A longer line is refused, and only its beginning is kept. */
const LONGEST_LINE = 64 * 1024;
const KEPT_OF_LONG = 200;
/** In characters. A longer text without a line end is not a file of lines at all. */
const NO_LINES = 64 * 1024 * 1024;

interface Line {
  number: number;
  text: string;
  tooLong: boolean;
}

/** Lines of JSON, one object each. Empty lines count for line numbers but are not rows. */
export class NdjsonSource implements Source {
  constructor(private readonly input: AsyncIterable<Buffer | string>) {}

  /** @throws UserError when the input has no line ends. */
  async *rows(): AsyncIterable<SourceRow> {
    for await (const { number, text, tooLong } of lines(this.input)) {
      const found = tooLong
        ? { complaints: [complain(`is longer than ${LONGEST_LINE} characters`, 'Write one object per line.')] }
        : readObject(text);
      yield { number, original: text, ...found };
    }
  }

  ignoredColumns(): readonly string[] {
    return [];
  }

  rejectsHeader(): undefined {
    return undefined;
  }

  /**
   * The original line with the complaints added after its fields. A line that cannot be parsed goes into a field
   * `line`.
   */
  rejected({ number, original }: { number: number; original: Original }, complaints: readonly Complaint[]): string {
    const cells = rejectCells(number, complaints);
    const added = JSON.stringify(Object.fromEntries(REJECT_COLUMNS.map((name, i) => [name, cells[i]])));
    const text = String(original).trim();
    const read = readObject(text);
    if ('complaints' in read) return JSON.stringify({ line: original, ...(JSON.parse(added) as object) });
    // Parsing and writing again could change numbers and drop repeated names, so the original text is kept.
    const own = read.hasComplaints ? JSON.stringify(read.raw) : text;
    return own.slice(0, -1).trimEnd() === '{' ? added : `${own.slice(0, -1).trimEnd()},${added.slice(1)}`;
  }
}

type ReadLine =
  | { raw: object; /** Whether it already has complaints of an earlier import. */ hasComplaints: boolean }
  | { complaints: Complaint[] };

function readObject(text: string): ReadLine {
  if (isTooDeep(text)) {
    return {
      complaints: [complain(`is nested more than ${DEEPEST} deep`, 'Write one JSON object per line, not nested.')],
    };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { complaints: [complain(`is not JSON: ${(error as Error).message}`, 'Write one JSON object per line.')] };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { complaints: [complain('is not a JSON object', 'Write one JSON object per line, with named fields.')] };
  }
  const raw: Record<string, unknown> = { ...value };
  const before = Object.keys(raw).length;
  for (const name of REJECT_COLUMNS) delete raw[name];
  return { raw, hasComplaints: Object.keys(raw).length < before };
}

function complain(reason: string, fix: string): Complaint {
  return { column: '', reason, fix };
}

/** The lines of a stream that are not empty. The end of a line that is too long is skipped. */
async function* lines(input: AsyncIterable<Buffer | string>): AsyncIterable<Line> {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let number = 1;
  /** How many characters of the line were skipped. */
  let skipped = 0;

  const take = (text: string): Line | undefined => {
    const whole = kept + text;
    const line = {
      number,
      text: number === 1 ? whole.replace(/^\uFEFF/, '') : whole,
      tooLong: skipped > 0 || whole.length > LONGEST_LINE,
    };
    number++;
    kept = '';
    skipped = 0;
    if (line.tooLong) return { ...line, text: line.text.slice(0, KEPT_OF_LONG) };
    return line.text.trim() === '' ? undefined : line;
  };

  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = take(text.slice(from, end));
      from = end + 1;
      if (line) yield line;
    }
    const rest = text.slice(from);
    if (skipped > 0) skipped += rest.length;
    else kept += rest;
    if (kept.length > LONGEST_LINE) {
      skipped += kept.length - KEPT_OF_LONG;
      kept = kept.slice(0, KEPT_OF_LONG);
    }
    if (skipped > NO_LINES) {
      throw new UserError(
        `Line ${number} does not end within ${NO_LINES / 1024 / 1024} Mi characters: these are not lines of JSON.`,
        'Write one JSON object per line. The lines before it are stored.',
      );
    }
  }
  const last = take(decoder.end());
  if (last) yield last;
}
