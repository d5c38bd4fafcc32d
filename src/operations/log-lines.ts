import { UserError } from '../kernel/errors.js';
import type { LogAnswer } from './verify-log.js';

type Damage = LogAnswer['damages'][number];

/** The error with which the command ends when something is damaged, or the log does not match a given head. */
export function wrongWithLog({ damages, standings }: LogAnswer): UserError | undefined {
  const replaced = standings.filter(({ standing }) => standing !== 'same');
  if (damages.length > 0) {
    return new UserError(
      `The event log is damaged in ${damages.length === 1 ? 'one place' : `${damages.length} places`}.`,
      'Check the disk. Restore the log from a backup, or keep this one: undamaged events can still be read.',
    );
  }
  if (replaced.length === 0) return undefined;
  return new UserError(
    `The event log does not match ${replaced.map(({ where }) => where).join(' and ')}.`,
    'Find the log or the copy that does. If an older copy was put back on purpose, verify with a head that was noted before it was made.',
  );
}

export function* logLines({
  chunks,
  bytes,
  events,
  damages,
  unfinished,
  head,
  standings,
}: LogAnswer): Iterable<string> {
  yield `${chunks} files, ${bytes} bytes, ${events} events.`;
  if (unfinished > 0) yield `The last ${unfinished} bytes are a write in progress, or one that was never finished.`;
  if (damages.length === 0) yield 'The whole log is as it was written.';
  for (const damage of damages) yield* linesOf(damage);
  for (const { where, standing } of standings) yield `${STANDINGS[standing]} ${where}.`;
  if (head === null) return;
  const text = `${head.number}:${head.hash}`;
  yield `Head of the chain: ${text}`;
  yield `  Keep it with a copy of the log, away from the log itself: npx truyvet log verify --data COPY --head ${text}`;
}

const STANDINGS: Record<LogAnswer['standings'][number]['standing'], string> = {
  same: 'It has everything that was written up to',
  shorter: 'It is shorter than before: it ends before',
  other: 'It has other content than what was written up to',
};

function* linesOf({ path, offset, length, what, events }: Damage): Iterable<string> {
  yield `${path}, byte ${offset}, ${length} bytes: ${what}`;
  for (const event of events) yield `  ${described(event)}`;
  if (events.length === 0) yield '  it is unknown which events were there';
}

function described({ stream, from, to, sure }: Damage['events'][number]): string {
  const which = from === to ? `event ${from}` : `events ${from} to ${to}`;
  return `${which} of ${stream}${sure ? '' : ', according to the damaged bytes themselves'}`;
}
