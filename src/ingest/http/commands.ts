import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Readable } from 'node:stream';
import type { TimeLimits } from '../clock.js';
import { importRows } from '../import-rows.js';
import { NdjsonSource } from '../ndjson.js';
import type { Fact } from '../presence.js';
import { ofPerson } from '../groups.js';
import { RowRefused, type Complaint } from '../refusal.js';
import type { Kind, Row } from '../rows.js';
import { storePresence } from '../store-presence.js';
import { storeLane, storeRow } from '../store-rows.js';
import type { Origin, Scanning, Taken, Tools } from '../tools.js';

/** What the module is given. */
export interface IngestSettings {
  tools: Tools;
  /** Of times that carry none. */
  zone: string;
  limits: TimeLimits;
  scanning: Scanning;
  /** Told how many rows of a kind were taken or refused. */
  counted(kind: Kind | 'visits', outcome: 'accepted' | 'rejected', rows: number): void;
}

export const INGEST_SETTINGS = Symbol('ingest settings');

/** Rows of a batch stored at a time: many callers may send one at once. */
const BATCH_CHUNK = 2_000;
/** Errors listed in the answer to a batch; of more only the number is said. */
const LISTED_ERRORS = 1_000;

export interface Stored {
  outcome: 'accepted' | 'new' | 'unchanged';
  /** Of a check-in: names the visit in later corrections. */
  visit_id?: string;
  /** Of a result that is not the laboratory's last word on its sample. */
  standing?: Taken['standing'];
  zone: string;
  /** A time carried no offset and was read in `zone`. */
  zone_assumed: boolean;
}

/** What became of a change of a visit. */
export type Changed = Pick<Stored, 'zone' | 'zone_assumed'>;

export interface BatchAnswer {
  rows: number;
  accepted: number;
  /** Null for check-ins and proximity, of which it is not asked. */
  new: number | null;
  /** Of the accepted results: said before and superseded since, or reported before what holds; they change nothing. */
  superseded: number;
  reported_earlier: number;
  rejected: number;
  zone: string;
  /** Rows with a time without offset, read in `zone`. */
  zone_assumed: number;
  errors: { row: number; field: string; reason: string; fix: string }[];
  /** Errors beyond those listed. */
  errors_left_out: number;
}

export interface GroupAnswer {
  visits: { person_id: string; visit_id: string }[];
  /** People who could not be taken, each named. */
  errors: { field: string; reason: string; fix: string }[];
}

export class StoreRow extends Command<Stored> {
  constructor(
    readonly kind: Kind,
    readonly row: Row<Kind>,
    readonly zoneAssumed: boolean,
    readonly origin: Origin,
  ) {
    super();
  }
}

export class StoreBatch extends Command<BatchAnswer> {
  constructor(
    readonly kind: Kind,
    readonly lines: Readable,
    readonly origin: Origin,
    readonly limits: TimeLimits,
  ) {
    super();
  }
}

/** Stores the check-ins of a group; some of its people may have been refused already. */
export class StoreGroup extends Command<GroupAnswer> {
  constructor(
    readonly rows: readonly Row<'check-ins'>[],
    readonly complaints: readonly Complaint[],
    readonly origin: Origin,
  ) {
    super();
  }
}

/** Ends, corrects or retracts a visit. */
export class ChangeVisit extends Command<void> {
  constructor(readonly fact: Fact) {
    super();
  }
}

@CommandHandler(StoreRow)
export class StoreRowHandler implements ICommandHandler<StoreRow> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ kind, row, zoneAssumed, origin }: StoreRow): Promise<Stored> {
    const { tools, scanning, zone, counted } = this.settings;
    const { status, visitId, standing } = await storeRow(tools, kind, row, { ...origin, scanning }).catch(
      (error: unknown) => {
        if (error instanceof RowRefused) counted(kind, 'rejected', 1);
        throw error;
      },
    );
    counted(kind, 'accepted', 1);
    const read = { zone, zone_assumed: zoneAssumed };
    return {
      outcome: status,
      ...(visitId !== undefined && { visit_id: visitId }),
      ...(standing && { standing }),
      ...read,
    };
  }
}

@CommandHandler(StoreGroup)
export class StoreGroupHandler implements ICommandHandler<StoreGroup> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ rows, complaints: refusedBefore, origin }: StoreGroup): Promise<GroupAnswer> {
    const { tools, scanning, counted } = this.settings;
    const visits: GroupAnswer['visits'] = [];
    const complaints = [...refusedBefore];
    for (const row of rows) {
      const [outcome] = await storeLane(tools, 'check-ins', [row], { ...origin, scanning });
      if (outcome?.status === 'refused') {
        complaints.push(...outcome.complaints.map((complaint) => ofPerson(row.personId, complaint)));
      } else if (outcome?.visitId !== undefined) {
        visits.push({ person_id: row.personId, visit_id: outcome.visitId });
      }
    }
    counted('check-ins', complaints.length > 0 ? 'rejected' : 'accepted', 1);
    if (visits.length === 0) throw new RowRefused(complaints);
    return { visits, errors: complaints.map(({ column, reason, fix }) => ({ field: column, reason, fix })) };
  }
}

@CommandHandler(StoreBatch)
export class StoreBatchHandler implements ICommandHandler<StoreBatch> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ kind, lines, origin, limits }: StoreBatch): Promise<BatchAnswer> {
    const { tools, zone, scanning, counted } = this.settings;
    const errors: BatchAnswer['errors'] = [];
    let found = 0;
    const summary = await importRows({
      tools,
      kind,
      origin: { ...origin, scanning },
      source: new NdjsonSource(lines),
      zone,
      limits,
      chunkRows: BATCH_CHUNK,
      onRejected: (row, complaints) => {
        found += complaints.length;
        for (const { column, reason, fix } of complaints) {
          if (errors.length < LISTED_ERRORS) errors.push({ row, field: column, reason, fix });
        }
      },
    });
    counted(kind, 'accepted', summary.accepted);
    counted(kind, 'rejected', summary.rejected);
    return {
      rows: summary.rows,
      accepted: summary.accepted,
      new: summary.new,
      superseded: summary.superseded,
      reported_earlier: summary.reportedEarlier,
      rejected: summary.rejected,
      zone,
      zone_assumed: summary.zoneAssumed,
      errors: errors.sort((a, b) => a.row - b.row),
      errors_left_out: found - errors.length,
    };
  }
}

@CommandHandler(ChangeVisit)
export class ChangeVisitHandler implements ICommandHandler<ChangeVisit> {
  constructor(@Inject(INGEST_SETTINGS) private readonly settings: IngestSettings) {}

  async execute({ fact }: ChangeVisit): Promise<void> {
    await storePresence(this.settings.tools.store, [fact]);
    this.settings.counted('visits', 'accepted', 1);
  }
}
