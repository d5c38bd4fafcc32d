import { z } from 'zod';
import { UserError } from '../kernel/errors.js';
import { readConfig } from '../platform/config.js';
import { authorityOf, type Context } from '../requests/context.js';
import type { DiseaseProfile } from './profile.js';
import { profileSchema } from './profile-schema.js';
import {
  allProfiles,
  builtInProfiles,
  checkAuthority,
  profilesInUse,
  profilesOfAuthority,
  retiredProfiles,
} from './profiles.js';

export type ListedProfile = DiseaseProfile & { inUse: boolean; retired: boolean };

export const profileAnswer: z.ZodType<DiseaseProfile> = profileSchema;
export const profilesAnswer: z.ZodType<ListedProfile[]> = z.array(
  z.intersection(profileSchema, z.object({ inUse: z.boolean(), retired: z.boolean() })),
);

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

/** Returns the newest version of a profile. @throws UserError when no profile has that id. */
export async function show({ base: { store } }: Context, { id }: { id: string }): Promise<DiseaseProfile> {
  // Built-in profiles are files: the log need not be read for them.
  const own = showOwn({ id });
  if (own) return own;
  const known = byId(await allProfiles(store));
  const profile = known.get(id);
  if (profile) return profile;
  throw new UserError(`There is no profile ${id}.`, `There are: ${[...known.keys()].join(', ')}.`);
}

export const showOwn = ({ id }: { id: string }): DiseaseProfile | undefined => byId(builtInProfiles()).get(id);

function markedAmong(
  all: readonly DiseaseProfile[],
  inUse: readonly DiseaseProfile[],
  retired: ReadonlySet<string>,
): ListedProfile[] {
  const used = byId(inUse);
  return [...byId(all).values()].map((profile) => ({
    ...profile,
    inUse: used.has(profile.id),
    retired: retired.has(profile.id),
  }));
}

function byId(profiles: readonly DiseaseProfile[]): Map<string, DiseaseProfile> {
  return new Map(profiles.map((profile) => [profile.id, profile]));
}
