import { SECONDS_PER_DAY } from '../kernel/instant.js';
import type { Complaint } from '../requests/refusal.js';

/** A stay may last so long; a longer one is more often a forgotten check-out or a wrong year. */
export const LONG_STAY_SECONDS = 2 * SECONDS_PER_DAY;

/** What is said of rows that were taken, for whoever reads the summary. */
export type RemarkCode =
  | 'day-taken'
  | 'sample-id-personal'
  | 'long-stay'
  | 'no-stay'
  | 'language-without-texts'
  | 'retracts-nothing'
  | 'person-first-seen'
  | 'place-not-described';

export interface Remark {
  code: RemarkCode;
  /** The column. */
  field: string;
  /** The id or the value that it is about. */
  about: string;
}

/**
 * An id of a row that a log of before today's rules may hold in another form than ids have. What it says of something
 * that is there already is taken: a positive has to be retractable under whatever id it was reported.
 */
export interface OlderId {
  column: string;
  /** As the row has it. */
  given: string;
  /** Why nothing new is taken under it; left out where it is only written in another form. */
  complaint?: Complaint;
}

/** What reading a row brings up beside its values: set anew for each row. */
export class RowNotes {
  remarks: Remark[] = [];
  /** What of the row could not be taken, while the rest of it is. */
  partial: Complaint[] = [];
  /** Ids that the log may hold in another form. */
  older: OlderId[] = [];

  begin(): void {
    if (this.remarks.length > 0) this.remarks = [];
    if (this.partial.length > 0) this.partial = [];
    if (this.older.length > 0) this.older = [];
  }

  remark(code: RemarkCode, field: string, about: string): void {
    this.remarks.push({ code, field, about });
  }
}

/** Of all rows of an import, what is remarked, how often and for example where. */
export interface Remarked {
  code: RemarkCode;
  rows: number;
  /** The first few values and the rows in which they stand. */
  about: string[];
  lines: number[];
  says: string;
}

const EXAMPLES = 5;

export class Remarks {
  readonly #found = new Map<RemarkCode, { rows: number; about: Set<string>; lines: number[] }>();

  /** @param zone in which days are taken. */
  constructor(private readonly zone: string) {}

  add(line: number, remarks: readonly Remark[]): void {
    const codes = new Set<RemarkCode>();
    for (const { code, about } of remarks) {
      const found = this.#found.get(code) ?? { rows: 0, about: new Set(), lines: [] };
      this.#found.set(code, found);
      if (found.about.size < EXAMPLES) found.about.add(about);
      if (!codes.has(code)) {
        codes.add(code);
        found.rows++;
        if (found.lines.length < EXAMPLES) found.lines.push(line);
      }
    }
  }

  all(): Remarked[] {
    return [...this.#found].map(([code, { rows, about, lines }]) => ({
      ...{ code, rows, about: [...about], lines },
      says: SAYS[code](this.zone),
    }));
  }
}

/** One remark of one row, as HTTP answers it. */
export function warningOf(
  { code, field, about }: Remark,
  zone: string,
): { code: string; field: string; about: string; says: string } {
  return { code, field, about, says: SAYS[code](zone) };
}

const SAYS: Record<RemarkCode, (zone: string) => string> = {
  'day-taken': (zone) => `A day without a time counts from its beginning, an end until its end, in ${zone}.`,
  'sample-id-personal': () =>
    'A sample_id looks like a phone or citizen number. It is kept as it is and compared with nothing of a person; ask the laboratory for ids of its own.',
  'long-stay': () =>
    'A stay lasts longer than two days: everybody who came there meanwhile counts as met. Correct left_at, or leave it out when the end is not known.',
  'no-stay': () => 'A stay ends when it begins, so nobody was met in it. Leave left_at out when the end is not known.',
  'language-without-texts': () =>
    'There are no texts in this language: messages go in the language of TRUYVET_LANGUAGE.',
  'retracts-nothing': () =>
    'Nothing was reported of this sample, person and disease yet. The retraction is kept: a result that was reported before it and comes later counts for nothing. Check the three for a slip.',
  'person-first-seen': () =>
    'Nothing was known of this person before: no row of people, and no check-in in that month or the one before. Check the spelling.',
  'place-not-described': () => 'This place has no row of places. Check the spelling, or import it.',
};
