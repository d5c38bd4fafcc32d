import type { Complaint } from '../requests/refusal.js';

/** A row as it was in the source. It is kept until the row is settled, because a refused row is written again. */
export type Original = readonly string[] | string;

/** A row from a source. */
export type SourceRow = {
  /** The line of the file where it begins, from 1. */
  number: number;
  original: Original;
} & ({ raw: unknown } | { complaints: Complaint[] });

/** A file in one of the formats. It writes refused rows in a form that can be imported again. */
export interface Source {
  rows(): AsyncIterable<SourceRow>;
  /** Ignored columns, which do not belong to the kind; known after the first row. */
  ignoredColumns(): readonly string[];
  /** The first line of a file of refused rows, if the format has one; known after the first row. */
  rejectsHeader(): string | undefined;
  rejected(row: { number: number; original: Original }, complaints: readonly Complaint[]): string;
}

/** The columns that a file of refused rows adds; they are ignored when it is imported again. */
export const REJECT_COLUMNS = ['row', 'column', 'reason', 'fix'] as const;

/** The values of those columns for a row. */
export function rejectCells(number: number, complaints: readonly Complaint[]): [number, string, string, string] {
  const distinct = (texts: string[]): string[] => [...new Set(texts.filter((text) => text !== ''))];
  const columns = distinct(complaints.map(({ column }) => column));
  const reasons = complaints.map(({ column, reason }) =>
    columns.length > 1 && column !== '' ? `${column} ${reason}` : reason,
  );
  return [number, columns.join(' '), reasons.join('; '), distinct(complaints.map(({ fix }) => fix)).join(' ')];
}
