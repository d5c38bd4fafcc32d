import type { Complaint } from '../requests/refusal.js';

/** Most errors listed in an answer; further ones are only counted. */
const LISTED = 1_000;

export interface FieldError {
  field: string;
  reason: string;
  fix: string;
}

export interface RowError extends FieldError {
  /** The line of the file or batch on which the row begins, from 1. */
  row: number;
}

export function fieldError({ column, reason, fix }: Complaint): FieldError {
  return { field: column, reason, fix };
}

/** The errors of refused rows, as answers list them. */
export class ListedErrors {
  readonly #listed: RowError[] = [];
  /** Errors beyond those listed. */
  leftOut = 0;

  add(row: number, complaints: readonly Complaint[]): void {
    for (const complaint of complaints) {
      if (this.#listed.length < LISTED) this.#listed.push({ row, ...fieldError(complaint) });
      else this.leftOut++;
    }
  }

  /** Ordered by row: rows are not settled in their order. */
  inOrder(): RowError[] {
    return [...this.#listed].sort((a, b) => a.row - b.row);
  }
}
