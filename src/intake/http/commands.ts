import type { Readable } from 'node:stream';
import type { TimeLimits } from '../clock.js';
import { importRows } from '../import-rows.js';
import { NdjsonSource } from '../ndjson.js';
import { FirstSeen } from '../first-seen.js';
import { fieldError, type FieldError, type RowError } from '../listed-errors.js';
import type { ReadRow } from '../read-rows.js';
import { defineCommandOf, type Operation } from '../../requests/define.js';
import { RowRefused } from '../../requests/refusal.js';
import { warningOf, type Remark } from '../remarks.js';
import type { RowKind, Rows } from '../define-rows.js';
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
  errors: RowError[];
  /** Errors beyond those listed. */
  errors_left_out: number;
  /** Warnings about accepted rows. */
  warnings: { code: string; rows: number; first: number[]; about: string[]; says: string }[];
}

/** What a controller has read: the rows, and the caller's key for one deliberate statement. */
export interface Taking<Read> {
  read: Read;
  key: Origin['key'];
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

/** A batch of any length, with one row per line. */
interface Batch {
  lines: Readable;
  limits: TimeLimits;
}

/** Stores one row, or the good rows of a batch. */
export function storeRows(
  { name, permission }: Pick<Rows, 'name' | 'permission'>,
  kind: RowKind,
  settings: IngestSettings,
): Operation<Taking<ReadRow<unknown> | Batch>, Stored | BatchAnswer> {
  return defineCommandOf({
    ...{ name: `post-${name}`, permission },
    async handle(context, { read, key }): Promise<Stored | BatchAnswer> {
      const origin = { provenance: context.provenance, key, scanning: settings.scanning };
      return 'lines' in read
        ? storeBatch(context, kind, read, origin, settings)
        : storeOne(context, kind, read, origin, settings);
    },
  });
}

async function storeOne(
  means: Means,
  kind: RowKind,
  { row, zoneAssumed, remarks, partial }: ReadRow<unknown>,
  origin: Origin,
  { zone, counted }: IngestSettings,
): Promise<Stored> {
  const firstSeen = await newIn(means, kind, [row]);
  const stored = await storeRow(means, kind, row, origin).catch((error: unknown) => {
    if (error instanceof RowRefused) counted(kind.name, 'rejected', 1);
    throw error;
  });
  const { status, visitId, standing, remarks: found = [] } = stored;
  counted(kind.name, partial.length > 0 ? 'rejected' : 'accepted', 1);
  const warnings = [...remarks, ...firstSeen, ...found].map((remark) => warningOf(remark, zone));
  return {
    outcome: status,
    ...(visitId !== undefined && { visit_id: visitId }),
    ...(standing && { standing }),
    ...{ zone, zone_assumed: zoneAssumed },
    ...(warnings.length > 0 && { warnings }),
    ...(partial.length > 0 && { errors: partial.map(fieldError) }),
  };
}

async function storeBatch(
  means: Means,
  kind: RowKind,
  { lines, limits }: Batch,
  origin: Origin,
  { zone, counted }: IngestSettings,
): Promise<BatchAnswer> {
  const summary = await importRows({
    ...{ means, kind, origin, zone, limits },
    source: new NdjsonSource(unbroken(lines)),
    chunkRows: BATCH_CHUNK,
    lookUps: BATCH_LOOK_UPS,
  });
  counted(kind.name, 'accepted', summary.accepted);
  counted(kind.name, 'rejected', summary.rejected);
  return summaryAnswer(summary);
}
