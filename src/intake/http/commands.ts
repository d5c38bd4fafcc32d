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

/** Settings of the ingest module. */
export interface IngestSettings {
  means: Means;
  /** Time zone of times without one. */
  zone: string;
  limits: TimeLimits;
  scanning: Scanning;
  /** Shared counters that limit people in groups; each process counts for itself when absent. */
  counts?: SharedCounts;
  /** Called with the number of rows of a kind that were accepted or rejected. */
  counted(kind: string, outcome: 'accepted' | 'rejected', rows: number): void;
}

export const INGEST_SETTINGS = Symbol('ingest settings');

/** Rows of a batch that are stored at a time; small, since many callers may send batches at once. */
const BATCH_CHUNK = 2_000;
/** Most errors listed in the answer to a batch; further ones are only counted. */
const LISTED_ERRORS = 1_000;

/** Most ids of a batch that are looked up, to name those of which nothing was known. */
const BATCH_LOOK_UPS = 200;

export interface Stored {
  outcome: 'accepted' | 'new' | 'unchanged';
  /** Id of a check-in's visit, for later corrections. */
  visit_id?: string;
  /** Set for a result that does not hold: superseded, reported earlier than the one that does, or held. */
  standing?: Taken['standing'];
  zone: string;
  /** A time carried no offset and was read in `zone`. */
  zone_assumed: boolean;
  /** Warnings about an accepted row; absent without any. */
  warnings?: Warning[];
  /** Errors of the parts that were not accepted; absent if everything was. */
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
  /** Null for kinds that are stored without reading the log, such as check-ins. */
  new: number | null;
  /** Accepted results that change nothing: superseded since, or reported earlier than the one that holds. */
  superseded: number;
  reported_earlier: number;
  /** Accepted results that wait for a person, since the profile makes one of their dates impossible. */
  held: number;
  rejected: number;
  zone: string;
  /** Rows with a time without offset, read in `zone`. */
  zone_assumed: number;
  errors: ({ row: number } & FieldError)[];
  /** Errors beyond those listed. */
  errors_left_out: number;
  /** Warnings about accepted rows. */
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

/** Remarks about unknown people and places; none for a single check-in, since these come by the thousand. */
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
