import { SingleBar } from 'cli-progress';
import { randomUUID } from 'node:crypto';
import { constants, createReadStream, open, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename } from 'node:path';
import { readMessages } from '../delivery/messages.js';
import { isForPeople, UserError } from '../kernel/errors.js';
import { canonicalId, printable } from '../kernel/text.js';
import { CsvSource } from '../intake/csv.js';
import type { Scanning } from '../intake/outcome.js';
import { importRows, type ImportSummary, type Progress } from '../intake/import-rows.js';
import { problemOfId } from '../intake/fields.js';
import { NdjsonSource } from '../intake/ndjson.js';
import { summaryAnswer } from '../intake/summary-answer.js';
import { sentence, type Complaint } from '../requests/refusal.js';
import { RowReader } from '../intake/read-rows.js';
import type { RowKind } from '../intake/define-rows.js';
import { requireRight } from '../requests/perform.js';
import { rowsCalled } from './boot.js';
import { contextsOf } from './contexts.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { onStopSignals } from '../cli/foreground.js';
import { openRuntime, type Runtime } from './runtime.js';

export interface ImportFileOptions {
  source: string;
  wait?: boolean;
  ndjson?: boolean;
  rejects?: string;
  key?: string;
  history?: boolean;
  closeByNext?: boolean;
  json?: boolean;
  /** Print who would be alerted, and store nothing. */
  preview?: boolean;
  /** Stops the import, also while it waits; the signals of the process do when absent. */
  stop?: AbortSignal;
}

const SHOWN_REJECTS = 5;
/** How many ids of a file are looked up, each with up to three reads of the log: a second or two for any file. */
const LOOK_UPS = 500;
const say = (line: string): void => console.error(line);

interface Input {
  stream: ReadStream | NodeJS.ReadStream | Socket;
  /** In bytes; undefined when unknown. */
  size: number | undefined;
  name: string;
  ndjson: boolean;
  rejectsPath: string;
}

/** Imports a file for the command line. Returns the exit code. */
export async function importFile(name: string, file: string, options: ImportFileOptions): Promise<number> {
  const rows = rowsCalled(name);
  requireRight(rows.permission);
  const kind = await rows.load();
  const source = sourceOf(options.source);
  const config = readConfig();
  const input = await openInput(file, options);
  const stopping = new AbortController();
  const stop = (): void => {
    say('Stopping: rows that are being stored are finished first.');
    stopping.abort();
    input.stream.destroy();
  };
  const forget = options.stop ? onAbort(options.stop, stop) : onStopSignals(stop);
  let runtime: Runtime | undefined;
  try {
    runtime = await openRuntime(config, createLogger(config, 'import'));
    if (options.preview) {
      const { previewImport } = await import('./preview.js');
      const found = (above: Runtime, rejectsPath: string) =>
        run(above, kind, { ...input, rejectsPath }, { ...options, source }, stopping.signal);
      return await previewImport(runtime, rows, found, options.json ?? false);
    }
    // Comes before any row is read: with a wrong clock rows would be rejected for good.
    await runtime.clock.require();
    const summary = await run(runtime, kind, input, { ...options, source }, stopping.signal);
    const waits = options.wait && !summary.stopped;
    if (options.json && !waits) console.log(JSON.stringify(summaryOf(summary, file)));
    else if (!options.json) for (const line of described(summary, input.name)) console.log(line);
    if (summary.stopped) return 130;
    if (options.wait) {
      // Everything is stored: the wait may be interrupted at any moment.
      forget();
      // These modules take a while to load, and are needed only for waiting.
      const [{ waitUntilCaughtUp }, { describedHeld, heldNow }, { sayWhereNobodyGetsThem }] = await Promise.all([
        import('./catch-up.js'),
        import('./held-now.js'),
        import('../delivery/reaches-people.js'),
      ]);
      await waitUntilCaughtUp(runtime, say, options.stop);
      const held = await heldNow(runtime);
      if (options.json) console.log(JSON.stringify({ ...summaryOf(summary, file), held }));
      else for (const line of describedHeld(held)) console.log(line);
      if (!options.json) sayWhereNobodyGetsThem(config);
    }
    return summary.rejected > 0 ? 2 : 0;
  } finally {
    forget();
    input.stream.destroy();
    await runtime?.close();
  }
}

/** The HTTP answer to a batch, with fields that only files have. */
function summaryOf(summary: ImportSummary, file: string) {
  const { kind, rejectsFile, ignoredColumns, seconds, rowsPerSecond, stopped } = summary;
  return {
    ...{ file, kind, ...summaryAnswer(summary) },
    ...{ rejects_file: rejectsFile, ignored_columns: ignoredColumns },
    ...{ seconds, rows_per_second: rowsPerSecond, stopped },
  };
}

async function run(
  runtime: Runtime,
  kind: RowKind,
  { stream, size, name, ndjson, rejectsPath }: Input,
  { source: sourceName, key, history = false, closeByNext = false }: ImportFileOptions,
  signal: AbortSignal,
): Promise<ImportSummary> {
  const { zone, retentionDays, now, doubleScanMinutes } = runtime.config;
  const source = ndjson ? new NdjsonSource(stream) : new CsvSource(stream, name, new RowReader(kind, zone).columns);
  const languages = new Set(readMessages(runtime.config.messages).keys());
  const progress: Progress = { read: 0, settled: 0, settledBytes: 0 };
  const shown = showProgress(progress, size);
  let rejected = 0;
  try {
    return await importRows({
      means: contextsOf(runtime),
      kind,
      origin: {
        provenance: { source: sourceName, laboratory: true, correlationId: randomUUID() },
        key,
        scanning: scanningOf(closeByNext, doubleScanMinutes),
      },
      source,
      zone,
      limits: { now, languages, ...(!history && { retentionDays }) },
      rejectsPath,
      signal,
      progress,
      lookUps: LOOK_UPS,
      onRejected: (number, complaints) => {
        if (++rejected <= SHOWN_REJECTS) shown.say(describeReject(number, complaints));
        else if (rejected === SHOWN_REJECTS + 1) shown.say(`More rows were refused: see ${rejectsPath}`);
      },
    });
  } catch (error) {
    if (isForPeople(error)) throw error;
    throw new UserError(
      `The import of ${name} failed after ${progress.settled} rows: ${(error as Error).message}`,
      'Run the same command again once that is fixed (see `npx truyvet services status`): nothing is stored twice.',
    );
  } finally {
    shown.stop();
  }
}

/** Undefined where no visit depends on another one, which makes storing far cheaper. */
function scanningOf(closeByNext: boolean, doubleScanMinutes: number): Scanning | undefined {
  if (!closeByNext && doubleScanMinutes === 0) return undefined;
  return { closeByNext: closeByNext ? 'unless-kind' : 'never', doubleScanMinutes };
}

/** The source of the rows, which is kept with each. @throws UserError when it is not a valid name. */
function sourceOf(given: string): string {
  const source = canonicalId(given);
  const wrong =
    source.trim() === '' ? { reason: 'is empty', fix: 'Give a name, or omit the option.' } : problemOfId(source);
  if (wrong) throw new UserError(`--source ${wrong.reason}.`, wrong.fix);
  return source;
}

async function openInput(file: string, options: ImportFileOptions): Promise<Input> {
  const stdin = file === '-';
  const ndjson = options.ndjson ?? /\.(?:ndjson|jsonl)$/i.test(file);
  const rejectsPath = options.rejects ?? `${stdin ? 'stdin' : file}.rejects.${ndjson ? 'ndjson' : 'csv'}`;
  if (stdin) return { stream: process.stdin, size: undefined, name: 'the standard input', ndjson, rejectsPath };
  const size = await sizeOf(file);
  if (await isOneFile(file, rejectsPath)) {
    throw new UserError('The file for refused rows is the file to import.', 'Give another path with --rejects.');
  }
  return {
    stream: await openStream(file),
    size,
    name: basename(file),
    ndjson,
    rejectsPath,
  };
}

/** Whether two paths are the same file, also by other names and links. */
async function isOneFile(a: string, b: string): Promise<boolean> {
  const [first, second] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  return first !== undefined && first.isFile() && first.dev === second?.dev && first.ino === second.ino;
}

/**
 * Opening a FIFO without a writer blocks, and no signal ends that. So FIFOs are opened without blocking and read like
 * sockets.
 */
async function openStream(file: string): Promise<Input['stream']> {
  const found = await stat(file);
  if (!found.isFIFO()) return createReadStream(file, { highWaterMark: 256 * 1024 });
  const { fd } = await promisedFd(file);
  return new Socket({ fd, readable: true, writable: false });
}

function promisedFd(file: string): Promise<{ fd: number }> {
  return new Promise((resolve, reject) => {
    open(file, constants.O_RDONLY | constants.O_NONBLOCK, (error, fd) => (error ? reject(error) : resolve({ fd })));
  });
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new UserError(`${file} is a folder.`, 'Name the file to import.');
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if (isForPeople(error)) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`There is no file ${file}.`, 'Check the path.');
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function onAbort(signal: AbortSignal, stop: () => void): () => void {
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return () => signal.removeEventListener('abort', stop);
}

/** A progress bar on a terminal, otherwise a line every 5 seconds; both on standard error. */
function showProgress(progress: Progress, size: number | undefined): { say: (line: string) => void; stop: () => void } {
  const began = Date.now();
  // Stored bytes count, since much of a file is read long before it is stored.
  const stored = (): number => Math.min(progress.settledBytes, size ?? 0);
  const rate = (): number => Math.round(progress.settled / Math.max((Date.now() - began) / 1000, 0.001));
  if (process.stderr.isTTY && size !== undefined) {
    const bar = new SingleBar({
      format: '{bar} {percentage}% | {rows} rows | {rate} rows/s',
      barCompleteChar: '#',
      barIncompleteChar: '-',
      hideCursor: true,
      clearOnComplete: true,
    });
    const now = (): { rows: number; rate: number } => ({ rows: progress.settled, rate: rate() });
    bar.start(Math.max(size, 1), 0, now());
    const timer = setInterval(() => bar.update(stored(), now()), 200);
    return {
      say: (line) => process.stderr.write(`\r\x1b[K${printable(line)}\n`),
      stop: () => {
        clearInterval(timer);
        bar.update(stored(), now());
        bar.stop();
      },
    };
  }
  const timer = setInterval(() => {
    const part = size ? ` (${Math.floor((100 * stored()) / size)}% of the file)` : '';
    say(`${progress.settled} rows stored${part}, ${rate()} rows/s`);
  }, 5000);
  return { say, stop: () => clearInterval(timer) };
}

function describeReject(number: number, complaints: readonly Complaint[]): string {
  return `Line ${number}: ${complaints.map((each) => `${sentence(each)}. ${each.fix}`).join(' ')}`;
}

function described(summary: ImportSummary, name: string): string[] {
  const { rows, accepted, rejected, superseded, reportedEarlier, held, zoneAssumed, seconds } = summary;
  const known = summary.new === null ? '' : ` (${summary.new} new, ${accepted - summary.new} known already)`;
  const lines = [
    `${name}: ${rowsDo(rows, 'read', 'read')}, ${accepted} accepted${known}, ${rejected} rejected, ` +
      `in ${seconds.toFixed(1)} s (${summary.rowsPerSecond} rows/s)`,
  ];
  if (superseded > 0) {
    lines.push(
      `${rowsDo(superseded, 'repeats', 'repeat')} what was reported before and replaced since: nothing changes. ` +
        'To restore it, import only the rows that should apply again, with a new --key.',
    );
  }
  if (reportedEarlier > 0) {
    lines.push(
      `${rowsDo(reportedEarlier, 'was', 'were')} reported earlier than the known result of its sample and person: ` +
        'kept, but the result reported last applies.',
    );
  }
  if (summary.ignoredColumns.length > 0) {
    lines.push(`Ignored columns, which ${summary.kind} do not have: ${summary.ignoredColumns.join(', ')}.`);
  }
  if (held > 0) {
    lines.push(
      `${rowsDo(held, 'is', 'are')} held, because a date is impossible under the profile. They do not count until ` +
        'a person has reviewed them: npx truyvet held',
    );
  }
  if (zoneAssumed > 0) {
    lines.push(`${rowsDo(zoneAssumed, 'has', 'have')} a time without zone or offset: it was read in ${summary.zone}.`);
  }
  for (const { rows: times, about, lines: at, says } of summary.remarks) {
    const more = times > at.length ? ' ...' : '';
    lines.push(
      `${times} ${times === 1 ? 'row' : 'rows'} (${times === 1 ? 'line' : 'lines'} ${at.join(', ')}${more}): ${says} (${about.join(', ')}${more})`,
    );
  }
  if (summary.rejectsFile !== null) {
    lines.push(`Rejected rows, each with the reason: ${summary.rejectsFile}. Correct them there and import that file.`);
  }
  if (summary.stopped) {
    lines.push(
      `Stopped: ${rows - accepted - rejected} rows that were read are not stored yet. ` +
        'It is safe to run the same command again: nothing is stored twice.',
    );
  }
  return lines;
}

function rowsDo(count: number, one: string, several: string): string {
  return count === 1 ? `1 row ${one}` : `${count} rows ${several}`;
}
