import { SingleBar } from 'cli-progress';
import { join } from 'node:path';
import { UserError } from '../kernel/errors.js';
import { oneLine } from '../kernel/text.js';
import {
  type Damage,
  type KnownHead,
  type NamedEvents,
  type Progress,
  type Standing,
  type Verdict,
  verifyLog,
} from '@truyvet/event-log-node/verify';
import { readConfig, type Config } from '../platform/config.js';

export interface VerifyOptions {
  data?: string;
  json?: boolean;
  /** Heads of the chain that were kept elsewhere, in the form NUMBER:HASH. */
  head?: string[];
}

/**
 * Checks the files of the embedded log. Prints the damage, and how the log compares with the given heads.
 * @throws UserError when something is damaged or the log does not match a head, so that the command exits with 1.
 */
export async function verifyEventLog({ data, json = false, head: heads = [] }: VerifyOptions): Promise<void> {
  const known = heads.map(readHead);
  const verdict = await withProgress(data ?? ownFolder(readConfig()), known);
  if (json) {
    const head = verdict.head && { number: verdict.head.number, hash: verdict.head.hash.toString('hex') };
    console.log(JSON.stringify({ ...verdict, head: head ?? null }));
  } else for (const line of lines(verdict)) console.log(line);
  const { length } = verdict.damages;
  const replaced = verdict.standings.filter(({ standing }) => standing !== 'same');
  if (length > 0) {
    throw new UserError(
      `The event log is damaged in ${length === 1 ? 'one place' : `${length} places`}.`,
      'Check the disk. Restore the log from a backup, or keep this one: undamaged events can still be read.',
    );
  }
  if (replaced.length > 0) {
    throw new UserError(
      `The event log does not match ${replaced.map(({ where }) => where).join(' and ')}.`,
      'Find the log or the copy that does. If an older copy was put back on purpose, verify with a head that was noted before it was made.',
    );
  }
}

/** @throws UserError */
function readHead(text: string): KnownHead {
  const [, number, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (number !== undefined && hash !== undefined) {
    return { where: `head ${number}`, number: Number(number), hash: hash.toLowerCase() };
  }
  throw new UserError(
    `--head is "${oneLine(text)}", not a number and a hash.`,
    'Give the head that log verify printed: --head NUMBER:HASH, with a hash of 64 digits.',
  );
}

/** The folder of this installation's own log. @throws UserError when a separate server keeps the log. */
export function ownFolder(config: Config): string {
  if (config.eventStoreUrl === undefined) return join(config.dataDir, 'event-log');
  throw new UserError(
    'EVENTSTORE_URL is set: a server keeps the log, not files of this installation.',
    'Use the tools of that server, or name a folder with --data.',
  );
}

async function withProgress(folder: string, known: readonly KnownHead[]): Promise<Verdict> {
  const bar = new SingleBar({
    format: '{bar} {percentage} % | {value} of {total} files | {damages} damaged',
    stream: process.stderr,
  });
  let begun = false;
  try {
    const progress: Progress = ({ chunk, of, damages }) => {
      if (!process.stderr.isTTY) return;
      if (begun) bar.update(chunk, { damages });
      else bar.start(of, chunk, { damages });
      begun = true;
    };
    return await verifyLog(folder, progress, known);
  } finally {
    bar.stop();
  }
}

function* lines({ chunks, bytes, events, damages, unfinished, head, standings }: Verdict): Iterable<string> {
  yield `${chunks} files, ${bytes} bytes, ${events} events.`;
  if (unfinished > 0) yield `The last ${unfinished} bytes are a write in progress, or one that was never finished.`;
  if (damages.length === 0) yield 'The whole log is as it was written.';
  for (const damage of damages) yield* linesOf(damage);
  for (const { where, standing } of standings) yield `${STANDINGS[standing]} ${where}.`;
  if (head === undefined) return;
  const text = `${head.number}:${head.hash.toString('hex')}`;
  yield `Head of the chain: ${text}`;
  yield `  Keep it with a copy of the log, away from the log itself: npx truyvet log verify --data COPY --head ${text}`;
}

const STANDINGS: Record<Standing, string> = {
  same: 'It has everything that was written up to',
  shorter: 'It is shorter than before: it ends before',
  other: 'It has other content than what was written up to',
};

function* linesOf({ path, offset, length, what, events }: Damage): Iterable<string> {
  yield `${path}, byte ${offset}, ${length} bytes: ${what}`;
  for (const event of events) yield `  ${described(event)}`;
  if (events.length === 0) yield '  it is unknown which events were there';
}

function described({ stream, from, to, sure }: NamedEvents): string {
  const which = from === to ? `event ${from}` : `events ${from} to ${to}`;
  return `${which} of ${stream}${sure ? '' : ', according to the damaged bytes themselves'}`;
}
