import { SingleBar } from 'cli-progress';
import { join } from 'node:path';
import { UserError } from '../domain/errors.js';
import type { Damage, NamedEvents, Verdict } from '../log/node/check/verdict.js';
import { verifyLog } from '../log/node/check/verify.js';
import { readConfig, type Config } from '../platform/config.js';

/**
 * Looks through the files of the embedded log and prints what is damaged.
 * @throws UserError when something is, so that the command ends with 1.
 */
export async function verifyEventLog({ data, json = false }: { data?: string; json?: boolean }): Promise<void> {
  const verdict = await withProgress(data ?? ownFolder(readConfig()));
  if (json) {
    const head = verdict.head && { number: verdict.head.number, hash: verdict.head.hash.toString('hex') };
    console.log(JSON.stringify({ ...verdict, head: head ?? null }));
  } else for (const line of lines(verdict)) console.log(line);
  const { length } = verdict.damages;
  if (length === 0) return;
  throw new UserError(
    `The event log is damaged in ${length === 1 ? 'one place' : `${length} places`}.`,
    'Look at the disk. Restore the log from a backup, or keep this one: all that is whole is still read.',
  );
}

/** Folder of the log that this installation keeps. @throws UserError when a server of its own keeps it. */
export function ownFolder(config: Config): string {
  if (config.eventStoreUrl === undefined) return join(config.dataDir, 'event-log');
  throw new UserError(
    'EVENTSTORE_URL is set: the log is kept by a server, not in files of this installation.',
    'Use the tools of that server, or name a folder with --data.',
  );
}

async function withProgress(folder: string): Promise<Verdict> {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} files | {damages} damaged',
    stream: process.stderr,
  });
  let begun = false;
  try {
    return await verifyLog(folder, ({ chunk, of, damages }) => {
      if (!process.stderr.isTTY) return;
      if (begun) bar.update(chunk, { damages });
      else bar.start(of, chunk, { damages });
      begun = true;
    });
  } finally {
    bar.stop();
  }
}

function* lines({ chunks, bytes, events, damages, unfinished, head }: Verdict): Iterable<string> {
  yield `${chunks} files, ${bytes} bytes, ${events} events.`;
  if (unfinished > 0) yield `The last ${unfinished} bytes are a write under way, or one that was never finished.`;
  if (damages.length === 0) yield 'All of it is as it was written.';
  for (const damage of damages) yield* linesOf(damage);
  if (head !== undefined) yield `Head of the chain: number ${head.number}, ${head.hash.toString('hex')}`;
}

function* linesOf({ path, offset, length, what, events }: Damage): Iterable<string> {
  yield `${path}, byte ${offset}, ${length} bytes: ${what}`;
  for (const event of events) yield `  ${said(event)}`;
  if (events.length === 0) yield '  nothing says which events stood there';
}

function said({ stream, from, to, sure }: NamedEvents): string {
  const which = from === to ? `event ${from}` : `events ${from} to ${to}`;
  return `${which} of ${stream}${sure ? '' : ', as the damaged bytes themselves say'}`;
}
