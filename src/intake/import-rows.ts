import type { TimeLimits } from './clock.js';
import type { Complaint } from '../requests/refusal.js';
import { isGroup, ofPerson } from './groups.js';
import { RejectsFile } from './rejects.js';
import { Intake } from './intake.js';
import { ListedErrors, type RowError } from './listed-errors.js';
import { FirstSeen } from './first-seen.js';
import { RowReader } from './read-rows.js';
import { Remarks, type Remarked } from './remarks.js';
import type { RowKind } from './define-rows.js';
import type { Means } from '../requests/context.js';
import type { Original, Source } from './sources.js';
import type { Origin, Outcome, Taken } from './outcome.js';

/** The result of an import. */
export interface ImportSummary {
  /** The name of the kind of rows. */
  kind: string;
  /** The number of rows that were read, without the header. */
  rows: number;
  /** Rows that were stored, now or before. */
  accepted: number;
  /** Accepted rows that were new; null for rows that are stored without a check, such as check-ins. */
  new: number | null;
  /** Accepted results that were reported before and have been replaced since; they change nothing. */
  superseded: number;
  /**
   * Accepted results that were reported earlier than the valid result of their sample; they are kept but change
   * nothing.
   */
  reportedEarlier: number;
  /** Accepted results with an impossible date; they do not count until a person has checked them. */
  held: number;
  rejected: number;
  /** The first errors of refused rows. */
  errors: RowError[];
  errorsLeftOut: number;
  rejectsFile: string | null;
  /** Columns of the file that do not belong to the kind. */
  ignoredColumns: readonly string[];
  /** The number of rows with a time without zone or offset, which was read in `zone`. */
  zoneAssumed: number;
  zone: string;
  /** Remarks about accepted rows. */
  remarks: Remarked[];
  seconds: number;
  rowsPerSecond: number;
  /** Whether it was interrupted: later rows were not read, and some rows that were read were not stored. */
  stopped: boolean;
}

export interface ImportOptions {
  means: Means;
  kind: RowKind;
  origin: Origin;
  source: Source;
  /** The zone of times without one. */
  zone: string;
  limits?: TimeLimits | undefined;
  rejectsPath?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Rows in a chunk, instead of the kind's own number: fewer when many imports run at once. */
  chunkRows?: number;
  /** The most ids to look up, in order to report unknown ones; none when absent. */
  lookUps?: number;
  /** Called for each refused row. */
  onRejected?: (number: number, complaints: readonly Complaint[]) => void;
  /** The counts so far; the import updates this object. */
  progress?: Progress;
}

export interface Progress {
  read: number;
  settled: number;
  /** Roughly how many bytes of the source the settled rows take. */
  settledBytes: number;
}

/** A row of the source while its visits or records are stored. */
interface Line {
  number: number;
  original: Original;
  /** How many of them are not settled yet. */
  left: number;
  new: boolean;
  standing?: Taken['standing'];
  complaints: Complaint[];
}

interface Tag {
  line: Line;
  /** The person, in a row about several people. */
  personId: string | undefined;
}

/**
 * Imports all rows of a source; good rows are stored even if others are refused. Memory does not depend on their
 * number.
 * @throws UserError when the source as a whole does not fit the kind; rows that were read before stay stored.
 */
export async function importRows(options: ImportOptions): Promise<ImportSummary> {
  const { means, kind, origin, source, zone, signal, progress = { read: 0, settled: 0, settledBytes: 0 } } = options;
  const began = performance.now();
  const reader = new RowReader(kind, zone, options.limits);
  const rejects = await RejectsFile.at(options.rejectsPath, () => source.rejectsHeader());
  const counts = { accepted: 0, new: 0, superseded: 0, reportedEarlier: 0, held: 0, zoneAssumed: 0 };

  const errors = new ListedErrors();
  const remarks = new Remarks(zone);
  const firstSeen = new FirstSeen(means.base.store, options.lookUps ?? 0);

  const finish = (line: Line): void => {
    const { number, complaints } = line;
    progress.settled++;
    progress.settledBytes += bytesOf(line.original);
    if (complaints.length > 0) {
      rejects.add(source.rejected(line, complaints));
      errors.add(number, complaints);
      options.onRejected?.(number, complaints);
      return;
    }
    counts.accepted++;
    if (line.new) counts.new++;
    if (line.standing) counts[line.standing === 'reported-earlier' ? 'reportedEarlier' : line.standing]++;
  };
  const settled = ({ line, personId }: Tag, outcome: Outcome): void => {
    if (outcome.status === 'refused') {
      const { complaints } = outcome;
      line.complaints.push(
        ...(personId === undefined ? complaints : complaints.map((each) => ofPerson(personId, each))),
      );
    }
    line.new ||= outcome.status === 'new';
    if (outcome.status !== 'refused') {
      line.standing ??= outcome.standing;
      remarks.add(line.number, outcome.remarks ?? []);
    }
    if (--line.left === 0) finish(line);
  };
  const intake = new Intake<unknown, Tag>(means, kind, origin, settled, {
    ...(signal && { signal }),
    ...(options.chunkRows && { chunkRows: options.chunkRows }),
  });

  let clean = false;
  try {
    try {
      for await (const found of source.rows()) {
        if (signal?.aborted) break;
        progress.read++;
        const { number, original } = found;
        const read =
          'raw' in found
            ? reader.readEach(found.raw)
            : { rows: [], complaints: found.complaints, zoneAssumed: false, remarks: [] };
        const { rows, complaints, zoneAssumed } = read;
        remarks.add(number, read.remarks);
        if (zoneAssumed) counts.zoneAssumed++;
        const line: Line = { number, original, left: rows.length, new: false, complaints: [...complaints] };
        if (rows.length === 0) finish(line);
        const group = 'raw' in found && isGroup(found.raw);
        if (!firstSeen.isDone) for (const row of rows) remarks.add(number, await firstSeen.of(kind, row));
        for (const row of rows) {
          // Waiting costs a turn of the event loop's queue, so it happens only where there is something to wait for.
          const room = intake.add(row, { line, personId: group ? personOf(row) : undefined });
          if (room) await room;
        }
        if (rejects.full) await rejects.flush();
      }
    } catch (error) {
      // Stopping cuts the input off, which its reader reports as an error.
      if (!signal?.aborted) throw error;
    } finally {
      await intake.finish();
    }
    clean = !signal?.aborted;
  } finally {
    await rejects.finish({ clean });
  }

  const seconds = (performance.now() - began) / 1000;
  return {
    kind: kind.name,
    rows: progress.read,
    accepted: counts.accepted,
    new: kind.unread ? null : counts.new,
    superseded: counts.superseded,
    reportedEarlier: counts.reportedEarlier,
    held: counts.held,
    rejected: rejects.count,
    errors: errors.inOrder(),
    errorsLeftOut: errors.leftOut,
    rejectsFile: rejects.count > 0 ? (rejects.path ?? null) : null,
    ignoredColumns: source.ignoredColumns(),
    zoneAssumed: counts.zoneAssumed,
    zone,
    remarks: remarks.all(),
    seconds: Math.round(seconds * 1000) / 1000,
    rowsPerSecond: Math.round(progress.read / Math.max(seconds, 0.001)),
    stopped: signal?.aborted ?? false,
  };
}

/** The size of a row with its separators and line end, without quotes. */
function bytesOf(original: Original): number {
  if (typeof original === 'string') return Buffer.byteLength(original) + 1;
  return original.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0);
}

function personOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || !('personId' in row)) return undefined;
  return typeof row.personId === 'string' ? row.personId : undefined;
}
