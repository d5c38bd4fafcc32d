import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { UserError } from '../kernel/errors.js';
import type { RuleChange } from './profile-changes.js';
import { addProfile, changesBy, parseProfile, retireProfile } from './profiles.js';
import { withLog } from './show-profiles.js';

export interface ChangeOptions {
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Adds the profile of a file, once it is said what it replaces. */
export async function addFrom(file: string, options: ChangeOptions): Promise<void> {
  const profile = parseProfile(await textOf(file), file);
  await withLog(async (store, authority) => {
    const changes = await changesBy(store, authority, { type: 'Add', profile });
    const replaces = changes.filter(({ was }) => was !== null);
    if (!(await agreed(`add ${profile.id}`, profile.disease, changes, replaces.length > 0, options))) return;
    const { version, added } = await addProfile(store, profile);
    if (options.json) console.log(JSON.stringify({ id: profile.id, version, added, changes }));
    else if (!added)
      console.log(`${profile.id} is known with these rules already, as version ${version}: nothing was added.`);
    else {
      console.log(`Added ${profile.id}, version ${version}, for ${profile.disease}.`);
      console.log(`Take it back with: npx truyvet profiles retire ${profile.id}`);
    }
  });
}

/** Retires a profile, once it is said what takes its place. */
export async function retire(id: string, options: ChangeOptions): Promise<void> {
  await withLog(async (store, authority) => {
    const changes = await changesBy(store, authority, { type: 'Retire', profileId: id });
    const disease = id;
    if (!(await agreed(`retire ${id}`, disease, changes, changes.length > 0, options))) return;
    const retired = await retireProfile(store, id);
    if (options.json) console.log(JSON.stringify({ id, retired, changes }));
    else console.log(retired ? `${id} counts no longer for new cases.` : `${id} was retired already.`);
  });
}

/** Where somebody may be asked. */
interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/**
 * Says what changes and, where rules that count now would give way to others, asks.
 * @returns whether to go on.
 * @throws UserError when there is nobody to ask.
 */
export async function agreed(
  what: string,
  subject: string,
  changes: readonly RuleChange[],
  asks: boolean,
  { dryRun = false, yes = false, json = false }: ChangeOptions,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (dryRun && json) console.log(JSON.stringify({ changes }));
  // Beside JSON, what is said to people goes to the other output.
  const say = json ? console.error : console.log;
  if (!(dryRun && json)) for (const line of said(subject, changes)) say(line);
  if (dryRun) return false;
  if (!asks || yes) return true;
  if (!terminal.input.isTTY) {
    throw new UserError(
      `Nothing was changed: to ${what} would put other rules in the place of those that count now.`,
      'Give --yes when that is meant.',
    );
  }
  const asking = createInterface(terminal);
  try {
    const answer = await asking.question(`Go on and ${what}? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return true;
    say('Nothing was changed.');
    return false;
  } finally {
    asking.close();
  }
}

/** As in: New cases sampled from 2021-08-01 on: mine@1 instead of covid-19-vn-5053@1. */
export function* said(subject: string, changes: readonly RuleChange[]): Generator<string> {
  if (changes.length === 0) yield `For new cases nothing changes (${subject}).`;
  for (const { from, until, was, becomes } of changes) {
    const begin = from === null ? (until === null ? 'of any day' : '') : `from ${from} on`;
    const when = [begin, until === null ? '' : `until the day before ${until}`].filter(Boolean).join(', ');
    const now = becomes ?? 'no rules at all';
    yield `New cases sampled ${when}: ${now}${was === null ? ', where there were no rules' : ` instead of ${was}`}.`;
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, 'Check the path.');
  }
}
