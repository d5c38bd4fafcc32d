import type { Command } from 'commander';
import { UserError } from '../kernel/errors.js';
import { LONGEST_STAY_MINUTES } from './place.js';
import { placeKindOf, type PlaceKindRule, type PlaceKinds } from './place-kind.js';
import { SHARED } from './sharing.js';
import { cleanText, oneLine, unseenInText } from '../kernel/text.js';
import type { EventStore } from '../event-log/event-store.js';

const LONGEST_KIND = 100;

interface SetOptions {
  stay?: string;
  autoCheckOut?: string;
  closedByNext?: string;
  shares?: string;
  json?: boolean;
}

export function registerPlaceKinds(program: Command): void {
  const kinds = program.command('place-kinds').description('what holds for all places of a kind, such as restaurant');

  kinds
    .command('list')
    .description('what was ruled; kinds of which nothing is said do as the tenant does')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { readPlaceKinds } = await import('./place-kinds.js');
      const all = rulesOf(await withLog(readPlaceKinds));
      if (json) return console.log(JSON.stringify(all, undefined, 2));
      if (all.length === 0) console.log('Nothing was ruled: an open visit lasts 60 minutes, or what its place says.');
      for (const rule of all) console.log(sentence(rule));
    });

  kinds
    .command('set')
    .argument('<kind>', 'as places have it; capitals do not matter')
    .option('--stay <minutes>', 'how long a visit without check-out lasts; none takes it back')
    .option('--auto-check-out <minutes>', 'the same as --stay: after so long the visit is taken as ended')
    .option(
      '--closed-by-next <yes|no|none>',
      'whether a check-in elsewhere ends an open visit; none: as the tenant has it',
    )
    .option(
      '--shares <what>',
      'what people share there: household, vehicle, group or nothing; none: as the program knows the kind',
    )
    .option('--json', 'print what holds now as JSON')
    .description("rule for all places of a kind; a place's own default_stay_minutes wins")
    .action(async (given: string, options: SetOptions) => {
      const kind = kindOf(given);
      const rule = ruleOf(kind, options);
      const { rulePlaceKind } = await import('./place-kinds.js');
      const { kinds: now, changed } = await withLog((store) => rulePlaceKind(store, kind, rule, { source: 'cli' }));
      const found = rulesOf(now).find((each) => each.kind === placeKindOf(kind));
      if (options.json) console.log(JSON.stringify({ ...found, changed }));
      else if (found) console.log(`${sentence(found)}${changed ? '' : ' That was so already.'}`);
      else console.log(`Nothing is ruled for ${placeKindOf(kind)}.`);
    });
}

/** The kind as places have it. @throws UserError when it is not a text of one line. */
export function kindOf(given: string): string {
  const kind = cleanText(given);
  const unseen = unseenInText(kind);
  if (unseen === undefined && kind.length <= LONGEST_KIND) return kind;
  throw new UserError(
    unseen === undefined
      ? `The kind is longer than ${LONGEST_KIND} characters.`
      : `The kind holds a character that is not text (${unseen}).`,
    'Name it as the places do.',
  );
}

/** @throws UserError when an option is wrong, or none is given. */
export function ruleOf(kind: string, { stay, autoCheckOut, closedByNext, shares }: SetOptions): Partial<PlaceKindRule> {
  if (placeKindOf(kind) === '') throw new UserError('The kind is empty.', 'Name it as the places do.');
  if (stay !== undefined && autoCheckOut !== undefined && stay !== autoCheckOut) {
    throw new UserError('--stay and --auto-check-out are two names of one thing.', 'Give one of them.');
  }
  const minutes = stay ?? autoCheckOut;
  if (minutes === undefined && closedByNext === undefined && shares === undefined) {
    throw new UserError('Nothing is ruled.', 'Give --stay MINUTES, --closed-by-next yes, or --shares vehicle.');
  }
  return {
    ...(minutes !== undefined && { stayMinutes: minutesOf(minutes) }),
    ...(closedByNext !== undefined && { closedByNext: choiceOf(closedByNext) }),
    ...(shares !== undefined && { shares: sharedOf(shares) }),
  };
}

function minutesOf(text: string): number | null {
  if (text === 'none') return null;
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= LONGEST_STAY_MINUTES) return minutes;
  throw new UserError(
    `"${text}" is no number of minutes from 1 to ${LONGEST_STAY_MINUTES}.`,
    'Give whole minutes, or none to take it back.',
  );
}

function choiceOf(text: string): boolean | null {
  if (text === 'none') return null;
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new UserError(`--closed-by-next is "${text}".`, 'Give yes, no or none.');
}

function sharedOf(text: string): PlaceKindRule['shares'] {
  if (text === 'none') return null;
  const found = ([...SHARED, 'nothing'] as const).find((each) => each === text);
  if (found) return found;
  throw new UserError(`--shares is "${text}".`, `Give ${SHARED.join(', ')}, nothing, or none to take it back.`);
}

function rulesOf(kinds: PlaceKinds): ({ kind: string } & PlaceKindRule)[] {
  return [...kinds].map(([kind, rule]) => ({ kind, ...rule })).sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

function sentence({ kind, stayMinutes, closedByNext, shares }: { kind: string } & PlaceKindRule): string {
  const stay = stayMinutes === null ? 'as long as elsewhere' : `${stayMinutes} minutes`;
  const closed =
    closedByNext === null ? '' : `, and ${closedByNext ? 'is' : 'is never'} ended by the next check-in elsewhere`;
  const shared =
    shares === null ? '' : `; who is there together shares ${shares === 'nothing' ? shares : `a ${shares}`}`;
  return `${oneLine(kind)}: an open visit lasts ${stay}${closed}${shared}.`;
}

async function withLog<T>(use: (store: EventStore) => Promise<T>): Promise<T> {
  const { readConfig } = await import('../platform/config.js');
  const { createLogger } = await import('../platform/logger.js');
  const { openRuntime } = await import('../entrypoints/runtime.js');
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'place-kinds'));
  try {
    return await use(runtime.store);
  } finally {
    await runtime.close();
  }
}
