import type { Complaint } from '../requests/refusal.js';

/** Something that may be said of rows that were taken, for whoever reads the summary. */
export interface RemarkKind {
  /** As programs know it. */
  code: string;
  /** One or more sentences. @param zone in which days are taken. */
  says(zone: string): string;
}

export const DAY_TAKEN: RemarkKind = {
  code: 'day-taken',
  says: (zone) => `A day without a time counts from its beginning, an end until its end, in ${zone}.`,
};

export const LANGUAGE_WITHOUT_TEXTS: RemarkKind = {
  code: 'language-without-texts',
  says: () => 'There are no texts in this language: messages go in the language of TRUYVET_LANGUAGE.',
};

export interface Remark {
  kind: RemarkKind;
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

  remark(kind: RemarkKind, field: string, about: string): void {
    this.remarks.push({ kind, field, about });
  }
}

/** Of all rows of an import, what is remarked, how often and for example where. */
export interface Remarked {
  code: string;
  rows: number;
  /** The first few values and the rows in which they stand. */
  about: string[];
  lines: number[];
  says: string;
}

const EXAMPLES = 5;

export class Remarks {
  readonly #found = new Map<RemarkKind, { rows: number; about: Set<string>; lines: number[] }>();

  /** @param zone in which days are taken. */
  constructor(private readonly zone: string) {}

  add(line: number, remarks: readonly Remark[]): void {
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

/** One remark of one row, as HTTP answers it. */
export function warningOf(
  { kind: { code, says }, field, about }: Remark,
  zone: string,
): { code: string; field: string; about: string; says: string } {
  return { code, field, about, says: says(zone) };
}
