import { SingleBar } from 'cli-progress';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import { oneLine } from '../kernel/text.js';
import { type KnownHead, type Progress, type Verdict, verifyLog } from '@truyvet/event-log-node/verify';
import type { Config } from '../platform/config.js';
import { given, type Context } from '../requests/context.js';

const count = z.int().min(0);

export const logAnswer = z.object({
  chunks: count.describe('Files'),
  bytes: count.describe('That were read'),
  events: count,
  damages: z.array(
    z.object({
      path: z.string(),
      chunk: count,
      offset: count.describe('Bytes from the start of the file'),
      length: count.describe('How many bytes, up to the next valid entry'),
      what: z.string(),
      events: z
        .array(
          z.object({
            stream: z.string(),
            from: count.describe('Revision'),
            to: count.describe('Revision, included'),
            sure: z.boolean().describe('False if only the damaged bytes themselves say so'),
          }),
        )
        .describe('What was there, as far as it is known'),
    }),
  ),
  head: z
    .object({ number: count, hash: z.string() })
    .nullable()
    .describe('The last link of the chain; null if nothing chained was written'),
  standings: z
    .array(z.object({ where: z.string(), number: count, standing: z.enum(['same', 'other', 'shorter']) }))
    .describe('How the log compares with each given head'),
  unfinished: count.describe('Bytes of a write at the end that is in progress, or was never finished'),
});
export type LogAnswer = z.infer<typeof logAnswer>;

/**
 * Checks the files of an embedded log, by default of that of this installation.
 * @param heads heads of the chain that were kept elsewhere, in the form NUMBER:HASH.
 * @throws UserError when a head has another form, or a server keeps the log.
 */
export async function verifyEventLog(
  { base }: Pick<Context, 'base'>,
  { data, head: heads = [] }: { data?: string | undefined; head?: string[] | undefined },
): Promise<LogAnswer> {
  const known = heads.map(readHead);
  const { head, ...verdict } = await withProgress(data ?? ownFolder(given(base, 'config')), known);
  return { ...verdict, head: head ? { number: head.number, hash: head.hash.toString('hex') } : null };
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
function ownFolder(config: Config): string {
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
