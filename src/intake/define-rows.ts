import type { z } from 'zod';
import type { EventStore } from '../event-log/event-store.js';
import type { Means } from '../requests/context.js';
import type { Clock } from './clock.js';
import type { Remark } from './remarks.js';
import type { Origin, Outcome } from './outcome.js';

/**
 * What a kind of rows is made of, as plain data: from it come the columns of a file, the help of the command line, the table
 * in the README and the body over HTTP. Imports nothing that works, so that the help is instant.
 */
export type ColumnKind = keyof Values;

interface Values {
  /** Of somebody or something, in clear for ever: no phone and no citizen number. */
  id: string;
  /** Of another system, as it is. */
  'opaque-id': string;
  /** Of what the log may hold in a form of before today's rules. */
  'older-id': string;
  text: string;
  number: number;
  choice: string;
  /** An instant. */
  moment: string;
  /** In E.164, or `UNREADABLE`. */
  phone: string | symbol;
  /** Code of a language. */
  language: string;
}

export interface Column<Kind extends ColumnKind = ColumnKind, Required extends boolean = boolean> {
  kind: Kind;
  required: Required;
  /** In words, for documents. */
  help: string;
  /** The header of a file has it, though its cells may be empty. */
  inHeader?: true;
  /** Characters of a text at most. */
  most?: number;
  /** Of a number. */
  integer?: true;
  from?: number;
  to?: number;
  choices?: readonly string[];
  /** Of a moment: it may lie ahead. */
  planned?: true;
  /** Of a moment: a day without a time is taken, too, from its beginning or until its end. */
  day?: 'begin' | 'end';
  /** Of an older id: it may hold a number of a person. */
  personal?: true;
}

export type Columns = Readonly<Record<string, Column>>;

type ValueOf<C> = C extends { choices: readonly (infer Choice)[] }
  ? Choice
  : C extends { kind: infer Kind extends ColumnKind }
    ? Values[Kind]
    : never;
type Optional<C> = { [Name in keyof C]: C[Name] extends { required: true } ? never : Name }[keyof C];

/** What is read of the cells of one row; one that is empty or left out is undefined. */
export type Cells<C extends Columns> = { [Name in Exclude<keyof C, Optional<C>>]: ValueOf<C[Name]> } & {
  [Name in Optional<C>]?: ValueOf<C[Name]> | undefined;
};

/** How one object is read, whatever it came as. */
export interface Shape<C extends Columns = Columns, Row = unknown> {
  name: string;
  columns: C;
  /** Refuses what contradicts itself. */
  check?(ctx: z.RefinementCtx, clock: Clock, cells: Cells<C>): void;
  row(cells: Cells<C>, clock: Clock): Row;
}

/** Something that a row names, and of which the log may know nothing. */
export interface NamedInRow {
  remark: Remark;
  /** Asked once of each, however many rows name it. */
  key: string;
  isKnown(store: EventStore): Promise<boolean>;
}

/** How the rows of a kind are stored. */
export interface RowKind<C extends Columns = Columns, Row = unknown> extends Shape<C, Row> {
  /** A row may be of several people, in `person_ids`. */
  groups?: {
    /** Of whom it is. */
    person(row: Row): string;
    /** Where they come to: not too many are scanned there in a short time. */
    at(row: Row): string;
  };
  /** They are stored without asking whether they say anything new. */
  unread?: true;
  /** So many rows are gathered and grouped by lane before any is stored. */
  chunkRows: number;
  /** So many lanes are stored at once. */
  lanes: number;
  /** Rows of one lane are stored in their order, lanes beside one another. */
  lane(row: Row, origin: Origin): string;
  /** Rows of one identity share a lane, or else stand in different chunks, one stored after the other. */
  identity?(row: Row): string | undefined;
  /** What may be misspelt: a person or a place of its own would be made of it. */
  names?(row: Row): NamedInRow[];
  /** Stores the rows of one lane and answers for each in turn. */
  store(means: Means, rows: readonly Row[], origin: Origin): Promise<Outcome[]>;
}

/** A kind of rows as help and documents show it. */
export interface Rows {
  /** As the command line and paths have it, such as `check-ins`. */
  name: string;
  /** What it takes to store them, such as `check-ins:write`. */
  permission: string;
  /** What posting one does. */
  title: string;
  columns: Columns;
  /** A row may be of several people, also by a route of its own. */
  groups?: {
    /** Of that route, among all requests. */
    name: string;
    /** What posting one does. */
    title: string;
  };
  /** Whom they would have told can be asked before they are stored. */
  previewed?: true;
  /** What else the README says of its columns. */
  note?: string;
  load(): Promise<RowKind>;
}

/**
 * What is said by HTTP of something that was recorded, one object at a time, with the columns of rows. It comes in no file and
 * no batch.
 */
export interface Statement {
  /** Among all requests, such as `check-out`. */
  name: string;
  /** What it takes to say it. */
  permission: string;
  title: string;
  /** Below `/v1/`; what it is about stands in braces. */
  path: string;
  /** What stands in the path, each in words. */
  about: Readonly<Record<string, string>>;
  /** It may be about presence older than the retention, where that is said. */
  history?: true;
  load(): Promise<StatementKind>;
}

/** How a statement is read and stored. */
export interface StatementKind<C extends Columns = Columns, Row = unknown> extends Shape<C, Row> {
  /** As it is counted. */
  counted: string;
  /**
   * @param about what stands in the path.
   * @throws RowRefused when it cannot be taken.
   */
  store(means: Means, about: Readonly<Record<string, string>>, row: Row, origin: Origin): Promise<void>;
}

export const defineStatement = <const C extends Columns, Row>(kind: StatementKind<C, Row>): StatementKind<C, Row> =>
  kind;

export const defineRows = <const C extends Columns, Row>(kind: RowKind<C, Row>): RowKind<C, Row> => kind;

/** The column of a kind with groups by which one phone scans for several people. */
export const PERSON_IDS = 'person_ids';

/** Such as `person_id,name,phone[,language,household_id]`: what a header has, and in brackets what it may have. */
export function describedColumns({ columns, groups }: Pick<Rows, 'columns' | 'groups'>): string {
  const inHeader = requiredColumns(columns);
  const rest = Object.keys(columns).filter((name) => !inHeader.includes(name));
  if (groups) rest.push(PERSON_IDS);
  return rest.length === 0 ? inHeader.join(',') : `${inHeader.join(',')}[,${rest.join(',')}]`;
}

/** Columns that a header must have, though their cells may be empty where it says so. */
export function requiredColumns(columns: Columns): string[] {
  return Object.entries(columns).flatMap(([name, { required, inHeader }]) => (required || inHeader ? [name] : []));
}
