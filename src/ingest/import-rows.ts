import type { TimeLimits } from './clock.js';
import type { Complaint } from './refusal.js';
import { RejectsFile } from './rejects.js';
import { Intake } from './intake.js';
import { RowReader } from './read-rows.js';
import type { Kind } from './rows.js';
import type { Original, Source } from './sources.js';
import type { Origin, Outcome, Tools } from './tools.js';

/** What became of an import, as the command prints it with `--json`. */
export interface ImportSummary {
  kind: Kind;
  /** Rows read, the header not counted. */
  rows: number;
  /** Stored now or before. */
  accepted: number;
  /** Of the accepted, how many said something new; null for check-ins and proximity, which are stored unread. */
  new: number | null;
  rejected: number;
  rejectsFile: string | null;
  /** Rows with a time without zone or offset, read in `zone`. */
  zoneAssumed: number;
  zone: string;
  seconds: number;
  rowsPerSecond: number;
  /** It was interrupted: rows after those counted were not read, and some of those read not stored. */
  stopped: boolean;
}

export interface ImportOptions<K extends Kind> {
  tools: Tools;
  kind: K;
  origin: Origin;
  source: Source;
  /** Of times that carry none. */
  zone: string;
  limits?: TimeLimits | undefined;
  rejectsPath?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Rows stored at a time, when not the kind's own number: fewer where many imports run at once. */
  chunkRows?: number;
  /** Told of each refused row. */
  onRejected?: (number: number, complaints: readonly Complaint[]) => void;
  /** Counts so far; the object stays the same and is kept up to date. */
  progress?: Progress;
}

export interface Progress {
  read: number;
  settled: number;
}

interface Tag {
  number: number;
  original: Original;
}

/**
 * Takes all rows of a source in, good ones even where others are refused. Memory does not depend on their number.
 * @throws UserError when the source as a whole is none of the kind; what was read before stays stored.
 */
export async function importRows<K extends Kind>(options: ImportOptions<K>): Promise<ImportSummary> {
  const { tools, kind, origin, source, zone, signal, progress = { read: 0, settled: 0 } } = options;
  const began = performance.now();
  const reader = new RowReader(kind, zone, options.limits);
  const rejects = new RejectsFile(options.rejectsPath, () => source.rejectsHeader());
  const counts = { accepted: 0, new: 0, zoneAssumed: 0 };

  const reject = (tag: Tag, complaints: readonly Complaint[]): void => {
    rejects.add(source.rejected(tag, complaints));
    options.onRejected?.(tag.number, complaints);
  };
  const settled = (tag: Tag, outcome: Outcome): void => {
    progress.settled++;
    if (outcome.status === 'refused') return reject(tag, outcome.complaints);
    counts.accepted++;
    if (outcome.status === 'new') counts.new++;
  };
  const intake = new Intake<K, Tag>(tools, kind, origin, settled, {
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
        const read = 'raw' in found ? reader.read(found.raw) : found;
        if ('complaints' in read) {
          progress.settled++;
          reject({ number, original }, read.complaints);
        } else {
          if (read.zoneAssumed) counts.zoneAssumed++;
          await intake.add(read.row, { number, original });
        }
        if (rejects.full) await rejects.flush();
      }
    } catch (error) {
      // Stopping ends the input in the middle, which its reader takes for an error.
      if (!signal?.aborted) throw error;
    } finally {
      await intake.finish();
    }
    clean = !signal?.aborted;
  } finally {
    await rejects.finish({ clean });
  }

  const seconds = (performance.now() - began) / 1000;
  const presence = kind === 'check-ins' || kind === 'proximity';
  return {
    kind,
    rows: progress.read,
    accepted: counts.accepted,
    new: presence ? null : counts.new,
    rejected: rejects.count,
    rejectsFile: rejects.count > 0 ? (rejects.path ?? null) : null,
    zoneAssumed: counts.zoneAssumed,
    zone,
    seconds: Math.round(seconds * 1000) / 1000,
    rowsPerSecond: Math.round(progress.read / Math.max(seconds, 0.001)),
    stopped: signal?.aborted ?? false,
  };
}
