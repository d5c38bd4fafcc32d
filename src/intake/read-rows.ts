import type { z } from 'zod';
import { Clock, type TimeLimits } from './clock.js';
import { isGroup, ofPerson, rowsOfGroup } from './groups.js';
import { guess, type Complaint } from '../requests/refusal.js';
import type { Remark } from './remarks.js';
import { PERSON_IDS, requiredColumns, type Columns, type RowKind, type Shape } from './define-rows.js';
import { rowSchema } from './row-schema.js';

export interface ColumnNames {
  all: readonly string[];
  /** The columns that a header must have. */
  required: readonly string[];
  /** Columns that may replace a required one. */
  instead?: Readonly<Record<string, string>>;
}

/** The result of reading a row that may be about several people. */
export interface ReadEach<R> {
  rows: R[];
  complaints: Complaint[];
  zoneAssumed: boolean;
  remarks: Remark[];
}

export interface ReadRow<R> {
  row: R;
  /** Whether a time of the row had no zone. */
  zoneAssumed: boolean;
  remarks: Remark[];
  /** Complaints about values that were refused while the row was accepted. */
  partial: Complaint[];
}

export type Read<R> = ReadRow<R> | { complaints: Complaint[] };

/** Reads objects of one shape, in any format, and says how to correct a wrong one. */
export class ShapeReader<R> {
  readonly columns: ColumnNames;
  readonly #clock: Clock;
  readonly #schema: z.ZodType<R>;

  /** @param zone the zone of times without one, by its name in the IANA database. */
  constructor(
    private readonly shape: Shape<Columns, R> & Pick<RowKind, 'groups'>,
    zone: string,
    limits?: TimeLimits,
  ) {
    const { columns, groups } = shape;
    this.#clock = new Clock(zone, limits);
    this.#schema = rowSchema(shape, this.#clock);
    const all = Object.keys(columns);
    this.columns = {
      ...{ all: groups ? [...all, PERSON_IDS] : all, required: requiredColumns(columns) },
      ...(groups && { instead: { person_id: PERSON_IDS } }),
    };
  }

  /** @param raw values by column; null and the empty text count as absent. */
  read(raw: unknown): Read<R> {
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      const fix = `Give an object with ${this.columns.required.join(', ')}.`;
      return { complaints: [{ column: '', reason: 'is not a JSON object', fix }] };
    }
    this.#clock.beginRow();
    // Without a prototype, a field called __proto__ is an ordinary unknown field; with one, all others are read faster.
    const given = (Object.hasOwn(raw, '__proto__') ? Object.create(null) : {}) as Record<string, unknown>;
    const values = raw as Readonly<Record<string, unknown>>;
    for (const column of Object.keys(values)) {
      const value = values[column];
      if (value !== '' && value !== null) given[column] = value;
    }
    const parsed = this.#schema.safeParse(given);
    const { notes } = this.#clock;
    return parsed.success
      ? { row: parsed.data, zoneAssumed: this.#clock.assumed, remarks: notes.remarks, partial: notes.partial }
      : {
          complaints: [
            ...notes.partial,
            ...notes.older.flatMap(({ complaint }) => complaint ?? []),
            ...parsed.error.issues.flatMap((issue) => this.#complaints(issue, given)),
          ],
        };
  }

  #complaints(issue: z.core.$ZodIssue, given: Record<string, unknown>): Complaint[] {
    const column = issue.path.join('.');
    if (issue.code === 'custom') {
      return [{ column, reason: issue.message, fix: String(issue.params?.['fix'] ?? '') }];
    }
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        column: key,
        reason: `is not a field of ${this.shape.name}`,
        fix: unknownColumnFix(key, this.columns),
      }));
    }
    return given[column] === undefined
      ? [{ column, reason: 'is missing', fix: `Give ${column}.` }]
      : [{ column, reason: 'is of the wrong type', fix: `Give ${column} as text.` }];
  }
}

/** Reads rows of one kind. */
export class RowReader<R> extends ShapeReader<R> {
  /** Reads a row that may stand for several: a check-in with `person_ids` is one check-in for each person. */
  readEach(raw: unknown): ReadEach<R> {
    const several = this.columns.instead && isGroup(raw) ? rowsOfGroup(raw) : undefined;
    if (!several) {
      const read = this.read(raw);
      return 'row' in read
        ? { rows: [read.row], complaints: read.partial, zoneAssumed: read.zoneAssumed, remarks: read.remarks }
        : { rows: [], complaints: read.complaints, zoneAssumed: false, remarks: [] };
    }
    const each: ReadEach<R> = { rows: [], complaints: [], zoneAssumed: false, remarks: [] };
    if ('complaint' in several) return { ...each, complaints: [several.complaint] };
    several.people.forEach(({ personId, raw: own }, i) => {
      const read = this.read(own);
      if ('row' in read) {
        each.rows.push(read.row);
        each.zoneAssumed ||= read.zoneAssumed;
        each.remarks.push(...read.remarks);
        return;
      }
      // Complaints about shared values are reported once.
      const [ofThem, shared] = [true, false].map((theirs) =>
        read.complaints.filter(({ column }) => (column === 'person_id') === theirs),
      ) as [Complaint[], Complaint[]];
      each.complaints.push(...(i === 0 ? shared : []), ...ofThem.map((complaint) => ofPerson(personId, complaint)));
    });
    return each;
  }
}

export function unknownColumnFix(name: string, columns: ColumnNames): string {
  const meant = guess(name, columns.all);
  return `${meant ? `Did you mean ${meant}? ` : ''}Known fields: ${columns.all.join(', ')}.`;
}
