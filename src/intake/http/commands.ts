import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Readable } from 'node:stream';
import type { TimeLimits } from '../clock.js';
import { importRows } from '../import-rows.js';
import { NdjsonSource } from '../ndjson.js';
import { FirstSeen } from '../first-seen.js';
import type { ReadRow } from '../read-rows.js';
import { requireRight } from '../../requests/perform.js';
import { RowRefused, type Complaint } from '../../requests/refusal.js';
import { warningOf, type Remark } from '../remarks.js';
import type { RowKind } from '../define-rows.js';
import { unbroken } from '../../http/unbroken.js';
import type { SharedCounts } from '../../platform/rate.js';
import { storeRow } from '../store-rows.js';
import { summaryAnswer } from '../summary-answer.js';
import type { Means } from '../../requests/context.js';
import type { Origin, Scanning, Taken } from '../outcome.js';

/** What the module is given. */
export interface IngestSettings {
  means: Means;
  /** Of times that carry none. */
  zone: string;
  limits: TimeLimits;
  scanning: Scanning;
  /** Where people of groups are counted; in this process when left out. */
  counts?: SharedCounts;
  /** Told how many rows of a kind were taken or refused. */
  counted(kind: string, outcome: 'accepted' | 'rejected', rows: number): void;
}

export const INGEST_SETTINGS = Symbol('ingest settings');

/** Rows of a batch stored at a time: many callers may send one at once. */
const BATCH_CHUNK = 2_000;
/** Errors listed in the answer to a batch; of more only the number is said. */
const LISTED_ERRORS = 1_000;

/** Ids of a batch that are looked up, to name those of which nothing was known. */
const BATCH_LOOK_UPS = 200;

export interface Stored {
  outcome: 'accepted' | 'new' | 'unchanged';
  /** Of a check-in: names the visit in later corrections. */
  visit_id?: string;
  /** Of a result that is not the laboratory's last word on its sample. */
  standing?: Taken['standing'];
  zone: string;
  /** A time carried no offset and was read in `zone`. */
  zone_assumed: boolean;
  /** What else there is to say of a row that was taken; left out where there is nothing. */
  warnings?: Warning[];
  /** What of it could not be taken, while the rest was; left out where all was. */
  errors?: FieldError[];
}

export type Warning = ReturnType<typeof warningOf>;

export interface FieldError {
  field: string;
  reason: string;
  fix: string;
}

export interface BatchAnswer {
  rows: number;
  accepted: number;
  /** Null of rows of which it is not asked, such as check-ins. */
  new: number | null;
  /** Of the accepted results: said before and superseded since, or reported before what holds; they change nothing. */
  superseded: number;
  reported_earlier: number;
  /** Of the accepted: results that wait for a person, since the profile makes a date of theirs impossible. */
  held: number;
  rejected: number;
  zone: string;
  /** Rows with a time without offset, read in `zone`. */
  zone_assumed: number;
  errors: ({ row: number } & FieldError)[];
  /** Errors beyond those listed. */
  errors_left_out: number;
  /** What else there is to say of rows that were taken. */
  warnings: { code: string; rows: number; first: number[]; about: string[]; says: string }[];
}

export class StoreRow extends Command<Stored> {
  constructor(
    readonly permission: string,
    readonly kind: RowKind,
    readonly read: ReadRow<unknown>,
    readonly origin: Origin,
  ) {
    super();
  }
}

export class StoreBatch extends Command<BatchAnswer> {
  constructor(
    readonly permission: string,
    readonly kind: RowKind,
    readonly lines: Readable,
    readonly origin: Origin,
    readonly limits: TimeLimits,
  ) {
    super();
  }
}

export function fieldError({ column, reason, fix }: Complaint): FieldError {
  return { field: column, reason, fix };
}

/** Of whom nothing was known: of one check-in it is not asked, since they come by the thousand. */
export async function newIn(
  { base }: Means,
  kind: Pick<RowKind, 'unread' | 'names'>,
  rows: readonly unknown[],
): Promise<Remark[]> {
  if (kind.unread && rows.length === 1) return [];
  const firstSeen = new FirstSeen(base.store, BATCH_LOOK_UPS);
  const remarks: Remark[] = [];
  for (const row of rows) remarks.push(...(await firstSeen.of(kind, row)));
  return remarks;
}

@CommandHandler(StoreRow)
export class StoreRowHandler implements ICommandHandler<StoreRow> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ permission, kind, read, origin }: StoreRow): Promise<Stored> {
    requireRight(permission);
    const { row, zoneAssumed, remarks, partial } = read;
    const { means, scanning, zone, counted } = this.settings;
    const firstSeen = await newIn(means, kind, [row]);
    const {
      status,
      visitId,
      standing,
      remarks: found = [],
    } = await storeRow(means, kind, row, { ...origin, scanning }).catch((error: unknown) => {
      if (error instanceof RowRefused) counted(kind.name, 'rejected', 1);
      throw error;
    });
    counted(kind.name, partial.length > 0 ? 'rejected' : 'accepted', 1);
    const warnings = [...remarks, ...firstSeen, ...found].map((remark) => warningOf(remark, zone));
    const asRead = {
      ...{ zone, zone_assumed: zoneAssumed },
      ...(warnings.length > 0 && { warnings }),
      ...(partial.length > 0 && { errors: partial.map(fieldError) }),
    };
    return {
      outcome: status,
      ...(visitId !== undefined && { visit_id: visitId }),
      ...(standing && { standing }),
      ...asRead,
    };
  }
}

@CommandHandler(StoreBatch)
export class StoreBatchHandler implements ICommandHandler<StoreBatch> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ permission, kind, lines, origin, limits }: StoreBatch): Promise<BatchAnswer> {
    requireRight(permission);
    const { means, zone, scanning, counted } = this.settings;
    const errors: BatchAnswer['errors'] = [];
    let found = 0;
    const summary = await importRows({
      means,
      kind,
      origin: { ...origin, scanning },
      source: new NdjsonSource(unbroken(lines)),
      zone,
      limits,
      chunkRows: BATCH_CHUNK,
      lookUps: BATCH_LOOK_UPS,
      onRejected: (row, complaints) => {
        found += complaints.length;
        for (const complaint of complaints) {
          if (errors.length < LISTED_ERRORS) errors.push({ row, ...fieldError(complaint) });
        }
      },
    });
    counted(kind.name, 'accepted', summary.accepted);
    counted(kind.name, 'rejected', summary.rejected);
    return {
      ...summaryAnswer(summary),
      errors: errors.sort((a, b) => a.row - b.row),
      errors_left_out: found - errors.length,
    };
  }
}
