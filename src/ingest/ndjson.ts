import { StringDecoder } from 'node:string_decoder';
import type { Complaint } from './refusal.js';
import { REJECT_COLUMNS, rejectCells, type Original, type Source, type SourceRow } from './sources.js';

/** Characters of one line; longer ones are refused without being kept. */
const LONGEST_LINE = 64 * 1024;

interface Line {
  number: number;
  text: string;
  tooLong: boolean;
}

/** Lines of JSON, one object each; empty lines count but are no rows. */
export class NdjsonSource implements Source {
  constructor(private readonly input: AsyncIterable<Buffer | string>) {}

  async *rows(): AsyncIterable<SourceRow> {
    for await (const { number, text, tooLong } of lines(this.input)) {
      const found = tooLong
        ? { complaints: [complain(`is longer than ${LONGEST_LINE} characters`, 'Write one object a line.')] }
        : readObject(text);
      yield { number, original: text, ...found };
    }
  }

  rejectsHeader(): undefined {
    return undefined;
  }

  rejected({ number, original }: { number: number; original: Original }, complaints: readonly Complaint[]): string {
    const cells = rejectCells(number, complaints);
    const said = Object.fromEntries(REJECT_COLUMNS.map((name, i) => [name, cells[i]]));
    const read = readObject(String(original));
    return JSON.stringify('raw' in read ? { ...read.raw, ...said } : { line: original, ...said });
  }
}

function readObject(text: string): { raw: object } | { complaints: Complaint[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { complaints: [complain(`is not JSON: ${(error as Error).message}`, 'Write one JSON object a line.')] };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { complaints: [complain('is no JSON object', 'Write one JSON object a line, its fields by name.')] };
  }
  const raw: Record<string, unknown> = { ...value };
  for (const name of REJECT_COLUMNS) delete raw[name];
  return { raw };
}

function complain(reason: string, fix: string): Complaint {
  return { column: '', reason, fix };
}

/** The lines of a stream that are not empty; of one that is too long the rest is skipped. */
async function* lines(input: AsyncIterable<Buffer | string>): AsyncIterable<Line> {
  const decoder = new StringDecoder('utf8');
  let kept = '';
  let number = 1;
  let tooLong = false;

  const take = (text: string): Line | undefined => {
    const whole = kept + text;
    const line = {
      number,
      text: number === 1 ? whole.replace(/^\uFEFF/, '') : whole,
      tooLong: tooLong || whole.length > LONGEST_LINE,
    };
    number++;
    kept = '';
    tooLong = false;
    if (line.tooLong) return { ...line, text: line.text.slice(0, 200) };
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
    if (tooLong) continue;
    kept += text.slice(from);
    tooLong = kept.length > LONGEST_LINE;
    if (tooLong) kept = kept.slice(0, 200);
  }
  const last = take(decoder.end());
  if (last) yield last;
}
