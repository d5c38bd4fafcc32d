import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { TimeLimits } from '../../src/intake/clock.js';
import { CsvSource } from '../../src/intake/csv.js';
import { importRows, type ImportSummary, type Progress } from '../../src/intake/import-rows.js';
import { NdjsonSource } from '../../src/intake/ndjson.js';
import type { Complaint } from '../../src/requests/refusal.js';
import { readerOf, rowsOf, type Kind } from './rows.js';
import type { Scanning } from '../../src/intake/outcome.js';
import { Contexts, type Means } from '../../src/requests/context.js';
import type { EventStore } from '../../src/event-log/event-store.js';
import { MasterKey } from '../../src/event-log/master-key.js';
import { Sealing } from '../../src/event-log/sealing.js';

/** Everything needed to store rows in a test's own store. */
export function meansOver(store: EventStore): Means {
  const master = new MasterKey(randomBytes(32));
  return new Contexts({ store, master, sealing: new Sealing(store, master), zone: 'UTC' });
}

export interface Rejected {
  number: number;
  complaints: readonly Complaint[];
}

interface Options {
  zone?: string;
  source?: string;
  key?: string;
  rejectsPath?: string;
  signal?: AbortSignal;
  limits?: TimeLimits;
  scanning?: Scanning;
  progress?: Progress;
  lookUps?: number;
  /** Whether the importer has a laboratory's permission. */
  laboratory?: boolean;
}

/** Imports a text, as CSV or, if it begins with a brace, as JSON lines. */
export async function importText(
  means: Means,
  kind: Kind,
  text: string | Buffer,
  {
    zone = 'Asia/Ho_Chi_Minh',
    source = 'cli',
    key,
    rejectsPath,
    signal,
    limits,
    scanning,
    lookUps,
    progress,
    laboratory,
  }: Options = {},
): Promise<ImportSummary & { refused: Rejected[] }> {
  const input = Readable.from([Buffer.from(text)]);
  const refused: Rejected[] = [];
  const summary = await importRows({
    means,
    kind: rowsOf(kind),
    origin: { provenance: { source, laboratory }, key, scanning },
    source: String(text).startsWith('{')
      ? new NdjsonSource(input)
      : new CsvSource(input, 'rows.csv', readerOf(kind, zone).columns),
    zone,
    limits,
    ...(lookUps !== undefined && { lookUps }),
    ...(progress !== undefined && { progress }),
    rejectsPath,
    signal,
    onRejected: (number, complaints) => refused.push({ number, complaints }),
  });
  return { ...summary, refused };
}
