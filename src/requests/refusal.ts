/** What is wrong with one field of a row, so that its author can correct it. */
export interface Complaint {
  /** The column or field; empty when it concerns the whole row. */
  column: string;
  /** Follows the column's name in a sentence: "is missing". */
  reason: string;
  fix: string;
}

/** A row was refused; nothing of it was stored. */
export class RowRefused extends Error {
  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map(sentence).join('; '));
    this.name = 'RowRefused';
  }
}

export function sentence({ column, reason }: Complaint): string {
  return column === '' ? reason : `${column} ${reason}`;
}

export { guess } from '../kernel/spelling.js';
