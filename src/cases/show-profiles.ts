import { z } from 'zod';
import { refused } from '../kernel/errors.js';
import { snaked } from '../kernel/snake-case.js';
import { PROFILE_NOT_KNOWN } from './problems.js';
import { readConfig } from '../platform/config.js';
import { authorityOf, type Context } from '../requests/context.js';
import type { DiseaseProfile } from './profile.js';
import { fromFile, type ProfileFile } from './profile-file.js';
import { profileSchema } from './profile-schema.js';
import {
  allProfiles,
  builtInProfiles,
  checkAuthority,
  profilesInUse,
  profilesOfAuthority,
  retiredProfiles,
} from './profiles.js';

const listed = z.object({
  ...{ id: z.string(), version: z.int(), name: z.string(), disease: z.string() },
  authority: z.string().describe('The authority that issued the rules'),
  source: z.string(),
  effective_from: z.string().describe('A day'),
  in_use: z.boolean().describe('Whether it may apply to new cases of the disease here'),
  retired: z.boolean(),
});
/** A profile among all; its rules are shown by themselves, as a file holds them. */
export type ListedProfile = z.infer<typeof listed>;

export const profileAnswer: z.ZodType<ProfileFile> = z.preprocess(fromFile, profileSchema).transform(snaked);
export const profilesAnswer = z.array(listed);

/**
 * Lists the newest version of each profile, and whether the authority set here applies it to new cases of its disease.
 */
export async function list({ base }: Context): Promise<ListedProfile[]> {
  const { store } = base;
  const authority = authorityOf(base);
  await checkAuthority(store, authority);
  const [all, inUse, retired] = await Promise.all([
    allProfiles(store),
    profilesInUse(store, authority),
    retiredProfiles(store),
  ]);
  return markedAmong(all, inUse, retired);
}

/** Lists only the profiles that ship with the program. */
export function listOwn(): ListedProfile[] {
  return markedAmong(builtInProfiles(), profilesOfAuthority(readConfig().authority), new Set());
}

/** Returns the newest version of a profile, as its file. @throws UserError when no profile has that id. */
export async function show({ base: { store } }: Context, { id }: { id: string }): Promise<ProfileFile> {
  // Built-in profiles are files: the log need not be read for them.
  const own = showOwn({ id });
  if (own) return own;
  const known = byId(await allProfiles(store));
  const profile = known.get(id);
  if (profile) return snaked(profile);
  throw refused(PROFILE_NOT_KNOWN, `There is no profile ${id}.`, `There are: ${[...known.keys()].join(', ')}.`);
}

export function showOwn({ id }: { id: string }): ProfileFile | undefined {
  const profile = byId(builtInProfiles()).get(id);
  return profile && snaked(profile);
}

function markedAmong(
  all: readonly DiseaseProfile[],
  inUse: readonly DiseaseProfile[],
  retired: ReadonlySet<string>,
): ListedProfile[] {
  const used = byId(inUse);
  return [...byId(all).values()].map(({ id, version, name, disease, authority, source, effectiveFrom }) => ({
    ...{ id, version, name, disease, authority, source, effective_from: effectiveFrom },
    in_use: used.has(id),
    retired: retired.has(id),
  }));
}

function byId(profiles: readonly DiseaseProfile[]): Map<string, DiseaseProfile> {
  return new Map(profiles.map((profile) => [profile.id, profile]));
}
