import type { Complaint } from '../requests/refusal.js';

/** What a row looked like where it came from, kept until it is settled: only a refused one is written again. */
export type Original = readonly string[] | string;

/** A row as a source gives it. */
export type SourceRow = {
  /** The line of the file on which it begins, from 1. */
  number: number;
  original: Original;
} & ({ raw: unknown } | { complaints: Complaint[] });

/** A file in one of the formats: its rows, and how refused ones are written so that they can be imported again. */
export interface Source {
  rows(): AsyncIterable<SourceRow>;
  /** Columns of it that the kind does not have, left out; known once the first row was given. */
  ignoredColumns(): readonly string[];
  /** The first line of a file of refused rows, if the format has one; known once the first row was given. */
  rejectsHeader(): string | undefined;
  rejected(row: { number: number; original: Original }, complaints: readonly Complaint[]): string;
}

/** Columns that a file of refused rows has beyond its own, ignored when it is imported again. */
export const REJECT_COLUMNS = ['row', 'column', 'reason', 'fix'] as const;

/** What those columns say of a row. */
export function rejectCells(number: number, complaints: readonly Complaint[]): [number, string, string, string] {
  const distinct = (texts: string[]): string[] => [...new Set(texts.filter((text) => text !== ''))];
  const columns = distinct(complaints.map(({ column }) => column));
  const reasons = complaints.map(({ column, reason }) =>
    columns.length > 1 && column !== '' ? `${column} ${reason}` : reason,
  );
  return [number, columns.join(' '), reasons.join('; '), distinct(complaints.map(({ fix }) => fix)).join(' ')];
}
