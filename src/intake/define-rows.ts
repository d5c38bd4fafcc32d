import type { z } from 'zod';
import type { EventStore } from '../event-log/event-store.js';
import type { Means } from '../requests/context.js';
import type { Clock } from './clock.js';
import type { Remark } from './remarks.js';
import type { Origin, Outcome } from './outcome.js';

/**
 * The columns of a kind of rows, as plain data. The header of a file, the help of the command line, the table in the
 * README and the body over HTTP are derived from it. It imports no working code, so that the help is instant.
 */
export type ColumnKind = keyof Values;

interface Values {
  /** The id of a person or thing, kept in clear for ever; must not be a phone or citizen number. */
  id: string;
  /** An id of another system, kept as it is. */
  'opaque-id': string;
  /** An id that the log may have in a form from before today's rules. */
  'older-id': string;
  text: string;
  number: number;
  choice: string;
  /** An instant. */
  moment: string;
  /** In E.164, or `UNREADABLE`. */
  phone: string | symbol;
  /** The code of a language. */
  language: string;
}

export interface Column<Kind extends ColumnKind = ColumnKind, Required extends boolean = boolean> {
  kind: Kind;
  required: Required;
  /** A description for documents. */
  help: string;
  /** The header of a file must have it, although its cells may be empty. */
  inHeader?: true;
  /** The most characters of a text. */
  most?: number;
  /** For a number: it must be whole. */
  integer?: true;
  from?: number;
  to?: number;
  choices?: readonly string[];
  /** For a moment: it may be in the future. */
  planned?: true;
  /** For a moment: a day without a time is accepted, as its beginning or its end. */
  day?: 'begin' | 'end';
  /** For an older id: it may contain a personal number. */
  personal?: true;
}

export type Columns = Readonly<Record<string, Column>>;

type ValueOf<C> = C extends { choices: readonly (infer Choice)[] }
  ? Choice
  : C extends { kind: infer Kind extends ColumnKind }
    ? Values[Kind]
    : never;
type Optional<C> = { [Name in keyof C]: C[Name] extends { required: true } ? never : Name }[keyof C];

/** The values of the cells of one row; an empty or absent cell is undefined. */
export type Cells<C extends Columns> = { [Name in Exclude<keyof C, Optional<C>>]: ValueOf<C[Name]> } & {
  [Name in Optional<C>]?: ValueOf<C[Name]> | undefined;
};

/** How one object is read, in any format. */
export interface Shape<C extends Columns = Columns, Row = unknown> {
  name: string;
  columns: C;
  /** Refuses contradictory values. */
  check?(ctx: z.RefinementCtx, clock: Clock, cells: Cells<C>): void;
  row(cells: Cells<C>, clock: Clock): Row;
}

/** A person or thing that a row names and that may be unknown to the log. */
export interface NamedInRow {
  remark: Remark;
  /** Identifies it, so that it is looked up once, however many rows name it. */
  key: string;
  isKnown(store: EventStore): Promise<boolean>;
}

/** How the rows of a kind are stored. */
export interface RowKind<C extends Columns = Columns, Row = unknown> extends Shape<C, Row> {
  /** A row may be of several people, in `person_ids`. */
  groups?: {
    /** The person whom it is about. */
    person(row: Row): string;
    /** The place where they arrive: not too many people may be scanned there in a short time. */
    at(row: Row): string;
  };
  /** They are stored without checking whether they are new. */
  unread?: true;
  /** How many rows are gathered and grouped by lane before they are stored. */
  chunkRows: number;
  /** How many lanes are stored at once. */
  lanes: number;
  /** Names the lane of a row: rows of one lane are stored in their order, several lanes at the same time. */
  lane(row: Row, origin: Origin): string;
  /** Rows with the same identity but different lanes go into different chunks, which are stored one after the other. */
  identity?(row: Row): string | undefined;
  /** Ids that may be misspelt: a misspelt id would create a new person or place. */
  names?(row: Row): NamedInRow[];
  /** Stores the rows of one lane and returns the outcome of each, in their order. */
  store(means: Means, rows: readonly Row[], origin: Origin): Promise<Outcome[]>;
}

/** A kind of rows, for help and documents. */
export interface Rows {
  /** The name in commands and paths, such as `check-ins`. */
  name: string;
  /** The right that is required to store them, such as `check-ins:write`. */
  permission: string;
  /** What posting one does. */
  title: string;
  columns: Columns;
  /** A row may be of several people, also by a route of its own. */
  groups?: {
    /** The name of that route's request, unique among all requests. */
    name: string;
    /** What posting one does. */
    title: string;
  };
  /** A preview of whom they would notify is available before they are stored. */
  previewed?: true;
  /** Further text in the README about its columns. */
  note?: string;
  load(): Promise<RowKind>;
}

/**
 * A statement over HTTP about something that was recorded, one object at a time, with the columns of rows. It is in no
 * file and no batch.
 */
export interface Statement {
  /** Unique among all requests, such as `check-out`. */
  name: string;
  /** The right that it requires. */
  permission: string;
  title: string;
  /** Below `/v1/`; the parts that identify its subject are in braces. */
  path: string;
  /** Descriptions of the parameters in the path. */
  about: Readonly<Record<string, string>>;
  /** It may be about presence older than the retention, if the request says so. */
  history?: true;
  load(): Promise<StatementKind>;
}

/** How a statement is read and stored. */
export interface StatementKind<C extends Columns = Columns, Row = unknown> extends Shape<C, Row> {
  /** The name under which it is counted. */
  counted: string;
  /**
   * @param about the parameters in the path.
   * @throws RowRefused when it cannot be accepted.
   */
  store(means: Means, about: Readonly<Record<string, string>>, row: Row, origin: Origin): Promise<void>;
}

export const defineStatement = <const C extends Columns, Row>(kind: StatementKind<C, Row>): StatementKind<C, Row> =>
  kind;

export const defineRows = <const C extends Columns, Row>(kind: RowKind<C, Row>): RowKind<C, Row> => kind;

/** The column of a kind with groups in which one phone checks in several people. */
export const PERSON_IDS = 'person_ids';

/** The columns of a header, optional ones in brackets, such as `person_id,name,phone[,language,household_id]`. */
export function describedColumns({ columns, groups }: Pick<Rows, 'columns' | 'groups'>): string {
  const inHeader = requiredColumns(columns);
  const rest = Object.keys(columns).filter((name) => !inHeader.includes(name));
  if (groups) rest.push(PERSON_IDS);
  return rest.length === 0 ? inHeader.join(',') : `${inHeader.join(',')}[,${rest.join(',')}]`;
}

/** The columns that a header must have; the cells of some may be empty. */
export function requiredColumns(columns: Columns): string[] {
  return Object.entries(columns).flatMap(([name, { required, inHeader }]) => (required || inHeader ? [name] : []));
}
