import { type ProfileAdded, type ProfileRetired, profilesStream, type ProfileEvent } from './events.js';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { refused, UserError, type Refused } from '../kernel/errors.js';
import { NO_PROFILE, PROFILE_NOT_ADDED, PROFILE_OF_PROGRAM } from './problems.js';
import { profilesThatCount, type DiseaseProfile } from './profile.js';
import { ruleChanges, type RuleChange } from './profile-changes.js';
import { unseenInText } from '../kernel/text.js';
import { projectFolder } from '../platform/project-folder.js';
import { snakeKey } from '../kernel/snake-case.js';
import { UnreadableError } from '../kernel/event.js';
import { handle, load } from '../event-log/handle.js';
import type { EventStore, RecordedEvent } from '../event-log/event-store.js';
import { fromFile, givenTwice } from './profile-file.js';
import { profileSchema as schema } from './profile-schema.js';
import { eventsOf, type Decider } from '../kernel/decider.js';

/** @throws Refused naming each wrong field. */
export function parseProfile(text: string, from: string): DiseaseProfile {
  let data: unknown;
  try {
    data = JSON.parse(text.normalize('NFC'));
  } catch (error) {
    throw refused(NO_PROFILE, `${from} is not JSON: ${(error as Error).message}`);
  }
  const unseen = unseenWithin(data);
  if (unseen !== undefined) {
    throw refused(NO_PROFILE, `${from} has a character that is not text or is invisible (${unseen}).`, 'Remove it.');
  }
  const twice = givenTwice(data);
  if (twice.length > 0) throw refused(NO_PROFILE, `${from} gives two spellings of ${twice.join(', ')}.`, 'Give one.');
  const parsed = schema.safeParse(fromFile(data));
  const wrong = parsed.success ? textsTooLong(parsed.data) : parsed.error.issues.map(inWords);
  if (parsed.success && wrong.length === 0) return parsed.data;
  throw refused(NO_PROFILE, `${from} is not a disease profile:\n  ${wrong.join('\n  ')}`);
}

/** Names the field as a file has it. */
function inWords(issue: z.core.$ZodIssue): string {
  const field = issue.path.map((each) => snakeKey(String(each))).join('.') || 'the whole';
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  return `${field}: ${unknown.reduce((said, key) => said.replace(`"${key}"`, `"${snakeKey(key)}"`), issue.message)}`;
}

const LONGEST_NAME = 200;
const LONGEST_NOTE = 2_000;
const MOST_NOTES = 100;

/**
 * Errors for texts that are longer than anybody would read. Not part of the schema: an older log may hold such a
 * profile.
 */
function textsTooLong({ name, source, notes }: DiseaseProfile): string[] {
  const texts = [
    { field: 'name', text: name, most: LONGEST_NAME },
    { field: 'source', text: source, most: LONGEST_NOTE },
    ...notes.map((text, i) => ({ field: `notes.${i}`, text, most: LONGEST_NOTE })),
  ];
  const wrong = texts.filter(({ text, most }) => text.length > most);
  return [
    ...wrong.map(({ field, most }) => `${field}: must have at most ${most} characters`),
    ...(notes.length > MOST_NOTES ? [`notes: must have at most ${MOST_NOTES} items`] : []),
  ];
}

/** Finds the first invisible character: text that is shown to other people must be what it looks like. */
function unseenWithin(value: unknown): string | undefined {
  if (typeof value === 'string') return unseenInText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const each of [...Object.keys(value), ...Object.values(value)]) {
    const unseen = unseenWithin(each);
    if (unseen !== undefined) return unseen;
  }
  return undefined;
}

type Known = ReadonlyMap<string, { profile: DiseaseProfile; retired: boolean }>;
export type ProfileChange = { type: 'Add'; profile: DiseaseProfile } | { type: 'Retire'; profileId: string };

export const profileDecider: Decider<ProfileChange, ProfileAdded | ProfileRetired, Known> = {
  initialState: new Map(),
  decide(change, known) {
    if (change.type === 'Retire') {
      const found = known.get(change.profileId);
      if (!found) return notAdded(change.profileId, known.keys());
      return !found.retired ? [{ type: 'ProfileRetired', data: { profileId: change.profileId } }] : [];
    }
    const { profile } = change;
    const before = known.get(profile.id);
    if (before && !before.retired && sameRules(before.profile, profile)) return [];
    // A version identifies one set of rules for ever, because cases refer to it.
    const version = Math.max(profile.version, (before?.profile.version ?? 0) + 1);
    return [{ type: 'ProfileAdded', data: { profileId: profile.id, version, profile: { ...profile, version } } }];
  },
  evolve(known, { type, data }) {
    const before = known.get(data.profileId);
    if (type === 'ProfileAdded') {
      const profile = readableProfile(data.profile);
      return profile ? new Map(known).set(data.profileId, { profile, retired: false }) : known;
    }
    return before ? new Map(known).set(data.profileId, { ...before, retired: true }) : known;
  },
};

/** Adds a tenant's own profile, or a new version of it. Returns the version, and whether anything was added. */
export async function addProfile(
  store: EventStore,
  profile: DiseaseProfile,
): Promise<{ version: number; added: boolean }> {
  const same = ownIdOf(profile);
  if (same) return { version: same.version, added: false };
  const change = { type: 'Add' as const, profile };
  const { state, appended } = await handle(store, profileDecider, profilesStream(), change, { source: 'cli' });
  return {
    version: state.get(profile.id)?.profile.version ?? profile.version,
    added: appended !== undefined,
  };
}

/**
 * Retires a tenant's own profile, in all its versions: it no longer applies to new cases. Earlier cases keep it.
 * @returns whether it says anything new.
 * @throws Refused when there is no such profile, or it is one of the program's own.
 */
export async function retireProfile(store: EventStore, profileId: string): Promise<boolean> {
  const change = { type: 'Retire' as const, profileId };
  return (await handle(store, profileDecider, profilesStream(), change, { source: 'cli' })).appended !== undefined;
}

/**
 * What adding or retiring a profile would change for new cases.
 * @throws Refused like the two functions above.
 */
export async function changesBy(store: EventStore, authority: string, change: ProfileChange): Promise<RuleChange[]> {
  if (change.type === 'Add' && ownIdOf(change.profile)) return [];
  const { state } = await load(store, profileDecider, profilesStream());
  const [event] = eventsOf(profileDecider.decide(change, state));
  if (!event) return [];
  const { profileId } = event.data;
  const now = (await addedProfiles(store)).filter(({ retired }) => !retired).map(({ profile }) => profile);
  const changed = profileDecider.evolve(state, event).get(profileId);
  if (!changed) return [];
  const own = changed.retired ? now.filter(({ id }) => id !== profileId) : [...now, changed.profile];
  const counting = (profiles: DiseaseProfile[]) => profilesThatCount(builtInProfiles(), profiles, authority);
  return ruleChanges(counting(now), counting(own), changed.profile.disease);
}

/** The program's own profile with the same rules. @throws Refused when it has that id and other rules. */
function ownIdOf(profile: DiseaseProfile): DiseaseProfile | undefined {
  const builtIns = builtInProfiles().filter((builtIn) => builtIn.id === profile.id);
  const same = builtIns.find((builtIn) => sameRules(builtIn, profile));
  if (same || builtIns.length === 0) return same;
  throw refused(
    PROFILE_OF_PROGRAM,
    `The program has a profile ${profile.id} with other rules.`,
    'Give your profile an id of its own: from its first day on it applies instead of the profiles of the program.',
  );
}

function notAdded(profileId: string, added: Iterable<string>): Refused {
  if (builtInProfiles().some(({ id }) => id === profileId)) {
    return refused(
      PROFILE_OF_PROGRAM,
      `${profileId} is a profile of the program itself, which cannot be retired.`,
      'TRUYVET_AUTHORITY says whose profiles apply; your own, added with `profiles add`, replace them.',
    );
  }
  const known = [...new Set(added)];
  return refused(
    PROFILE_NOT_ADDED,
    `No profile ${profileId} was added.`,
    known.length === 0 ? 'No profile was added.' : `Added profiles: ${known.join(', ')}.`,
  );
}

function sameRules(a: DiseaseProfile, b: DiseaseProfile): boolean {
  return JSON.stringify(schema.parse({ ...a, version: 1 })) === JSON.stringify(schema.parse({ ...b, version: 1 }));
}

/** The profiles that ship with the program. */
export function builtInProfiles(): DiseaseProfile[] {
  const folder = projectFolder('profiles');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => parseProfile(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
}

/**
 * Every version of every profile: built-in ones first, then the tenant's own in the order in which they were added.
 */
export async function allProfiles(store: Pick<EventStore, 'read'>): Promise<DiseaseProfile[]> {
  return [...builtInProfiles(), ...(await addedProfiles(store)).map(({ profile }) => profile)];
}

/** The profiles that apply to new cases, for a tenant of that authority. */
export async function profilesInUse(store: EventStore, authority: string): Promise<DiseaseProfile[]> {
  const added = (await addedProfiles(store)).filter(({ retired }) => !retired);
  return profilesThatCount(
    builtInProfiles(),
    added.map(({ profile }) => profile),
    authority,
  );
}

/** The built-in profiles that apply for an authority when the tenant added none. */
export function profilesOfAuthority(authority: string): DiseaseProfile[] {
  return profilesThatCount(builtInProfiles(), [], authority);
}

/**
 * Checks that a profile of the authority exists: with a misspelt one, the rules of all authorities would apply at once.
 * @throws UserError naming the known authorities.
 */
export async function checkAuthority(store: EventStore, authority: string): Promise<void> {
  const known = new Set((await allProfiles(store)).map((profile) => profile.authority));
  if (known.has(authority)) return;
  throw new UserError(
    `TRUYVET_AUTHORITY is ${authority}, but there is no disease profile of that authority.`,
    `There are profiles of: ${[...known].sort().join(', ')}. Set it to one of them, or add a profile of ${authority} first.`,
  );
}

/** Ids of the tenant's own profiles that are retired. */
export async function retiredProfiles(store: EventStore): Promise<Set<string>> {
  return new Set((await addedProfiles(store)).flatMap(({ profile, retired }) => (retired ? [profile.id] : [])));
}

interface Added {
  profile: DiseaseProfile;
  retired: boolean;
}

/**
 * Every version of the profiles that the tenant added, in that order. One that is added again after it was retired
 * applies again.
 */
async function addedProfiles(store: Pick<EventStore, 'read'>): Promise<Added[]> {
  const profiles: Added[] = [];
  for await (const event of readablesOf(store)) {
    const profile = event.type === 'ProfileAdded' ? readableProfile(event.data.profile) : undefined;
    if (profile) profiles.push({ profile, retired: false });
    if (event.type !== 'ProfileRetired') continue;
    for (const each of profiles) if (each.profile.id === event.data.profileId) each.retired = true;
  }
  return profiles;
}

/**
 * Undefined for a profile of a newer version of the program that this one cannot read. The other profiles still apply,
 * and the reader that opens cases notes that this one was left out.
 */
function readableProfile(profile: object): DiseaseProfile | undefined {
  return schema.safeParse(profile).data;
}

/** The readable events of the profile stream: an unreadable one must not keep the others from being read. */
async function* readablesOf(store: Pick<EventStore, 'read'>): AsyncIterable<RecordedEvent<ProfileEvent>> {
  for (let next = 0; ;) {
    try {
      for await (const event of store.read(profilesStream(), next)) {
        next = event.revision + 1;
        yield event;
      }
      return;
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      next++;
    }
  }
}
