import type { Complaint } from '../requests/refusal.js';

/** A kind of remark about accepted rows, for the readers of the summary. */
export interface RemarkKind {
  /** For programs. */
  code: string;
  /** One or more sentences. @param zone the zone of days. */
  says(zone: string): string;
}

export const DAY_TAKEN: RemarkKind = {
  code: 'day-taken',
  says: (zone) => `A day without a time is read as its first instant, or as its last for an end, in ${zone}.`,
};

export const LANGUAGE_WITHOUT_TEXTS: RemarkKind = {
  code: 'language-without-texts',
  says: () => 'There are no texts in this language: messages are sent in the language of TRUYVET_LANGUAGE.',
};

export interface Remark {
  kind: RemarkKind;
  /** The column. */
  field: string;
  /** The id or the value that it is about. */
  about: string;
}

/**
 * An id of a row that a log from before today's rules may have in a form that is not canonical. Statements about
 * something that already exists are accepted under it: a positive result must be retractable under the id of its
 * report.
 */
export interface OlderId {
  column: string;
  /** The id as the row has it. */
  given: string;
  /** Why nothing new is accepted under it; absent when only its form differs. */
  complaint?: Complaint;
}

/** What reading a row finds besides its values; reset for each row. */
export class RowNotes {
  remarks: Remark[] = [];
  /** Complaints about values that were refused while the row is accepted. */
  partial: Complaint[] = [];
  /** Ids that the log may have in another form. */
  older: OlderId[] = [];

  begin(): void {
    if (this.remarks.length > 0) this.remarks = [];
    if (this.partial.length > 0) this.partial = [];
    if (this.older.length > 0) this.older = [];
  }

  remark(kind: RemarkKind, field: string, about: string): void {
    this.remarks.push({ kind, field, about });
  }
}

/** A remark about an import: how often it applies, with examples. */
export interface Remarked {
  code: string;
  rows: number;
  /** The first few values, and the first few rows. */
  about: string[];
  lines: number[];
  says: string;
}

const EXAMPLES = 5;

export class Remarks {
  readonly #found = new Map<RemarkKind, { rows: number; about: Set<string>; lines: number[] }>();

  /** @param zone the zone of days. */
  constructor(private readonly zone: string) {}

  add(line: number, remarks: readonly Remark[]): void {
    if (remarks.length === 0) return;
    const kinds = new Set<RemarkKind>();
    for (const { kind, about } of remarks) {
      const found = this.#found.get(kind) ?? { rows: 0, about: new Set(), lines: [] };
      this.#found.set(kind, found);
      if (found.about.size < EXAMPLES) found.about.add(about);
      if (!kinds.has(kind)) {
        kinds.add(kind);
        found.rows++;
        if (found.lines.length < EXAMPLES) found.lines.push(line);
      }
    }
  }

  all(): Remarked[] {
    return [...this.#found].map(([{ code, says }, { rows, about, lines }]) => ({
      ...{ code, rows, about: [...about], lines },
      says: says(this.zone),
    }));
  }
}

/** One remark about one row, in the form of an HTTP answer. */
export function warningOf(
  { kind: { code, says }, field, about }: Remark,
  zone: string,
): { code: string; field: string; about: string; says: string } {
  return { code, field, about, says: says(zone) };
}
