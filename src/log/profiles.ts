import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../domain/errors.js';
import { profilesThatCount, type DiseaseProfile } from '../domain/profile.js';
import { AUTHORITY_FORM } from '../platform/config.js';
import { projectFolder } from '../platform/project-folder.js';
import { handle } from './handle.js';
import type { EventStore } from './event-store.js';
import { streams } from './streams.js';
import type { Decider } from '../domain/decider.js';
import type { ProfileAdded } from '../domain/events.js';

const days = z.number().min(0).max(3650);

const stay = z.strictObject({ days }).optional();

const sharing = z.enum(['contact', 'factor', 'none']);

/** What a profile does not say means what it meant before profiles could say it. */
const fields = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,99}$/, 'must be of lower-case letters, digits, dots and dashes'),
  version: z.int().min(1).default(1),
  disease: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^A-Z\s]+$/, 'must be lower case, without spaces'),
  name: z.string().min(1),
  source: z.string().min(1),
  notes: z.array(z.string().min(1)).default([]),
  authority: z.string().regex(AUTHORITY_FORM, 'must be of lower-case letters, digits and dashes').default('own'),
  effectiveFrom: z.iso.date(),
  infectious: z.strictObject({
    anchors: z
      .array(z.enum(['onset', 'rash', 'sampling']))
      .min(1)
      .default(['onset', 'sampling']),
    daysBefore: days,
    daysBeforeSampling: days.nullable().default(null),
    end: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('isolation') }),
      z.strictObject({ type: z.literal('days'), daysAfter: days }),
      z.strictObject({
        type: z.literal('negative'),
        ctAbove: z.number().min(0).max(100).nullable().default(null),
        daysAfterAtMost: days.nullable().default(null),
      }),
    ]),
  }),
  minimumMinutes: z.number().min(0),
  withinHours: z.number().positive().max(87_600).nullable().default(null),
  distanceMetres: z.number().positive().nullable(),
  lingeringMinutes: z.number().min(0).max(1440).default(0),
  seatRows: z.int().min(0).max(1000).nullable().default(null),
  sharing: z
    .strictObject({ household: sharing, vehicle: sharing, group: sharing })
    .default({ household: 'none', vehicle: 'none', group: 'none' }),
  rapidAntigen: z
    .strictObject({
      ofContacts: z.boolean(),
      withFactor: z.boolean().default(false),
      withSymptoms: z.boolean(),
      repeatedWithinHours: z.number().positive().max(8760).nullable(),
      factorNeeded: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  reinfectionDays: days,
  followUpDays: days,
  quarantine: z.strictObject({ 1: stay, 2: stay, 3: stay, 4: stay, 5: stay }).default({}),
  testDays: z.array(days),
  greatestDegree: z.int().min(1).max(5),
});

const schema = fields.check(({ value, issues }) => {
  const input = value.quarantine[1]?.days;
  if (input === undefined || input <= value.followUpDays) return;
  const message = `must be at most followUpDays (${value.followUpDays}): nobody stays at home who is watched no more`;
  issues.push({ code: 'custom', input, path: ['quarantine', '1', 'days'], message });
}) satisfies z.ZodType<DiseaseProfile>;

/** @throws UserError naming each wrong field. */
export function parseProfile(text: string, from: string): DiseaseProfile {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${from} is not JSON: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  throw new UserError(
    `${from} is no disease profile:\n  ${wrong.join('\n  ')}`,
    'Compare it with what `npx truyvet profiles show covid-19-vn-5053 --json` prints.',
  );
}

type Known = ReadonlyMap<string, DiseaseProfile>;

const profileDecider: Decider<DiseaseProfile, ProfileAdded, Known> = {
  initialState: new Map(),
  decide(profile, known) {
    const before = known.get(profile.id);
    if (before && sameRules(before, profile)) return [];
    // A version names one set of rules for ever: classifications refer to it.
    const version = Math.max(profile.version, (before?.version ?? 0) + 1);
    return [{ type: 'ProfileAdded', data: { profileId: profile.id, version, profile: { ...profile, version } } }];
  },
  evolve(known, event) {
    return new Map(known).set(event.data.profileId, schema.parse(event.data.profile));
  },
};

/** Adds a tenant's own profile, or a new version of it. Returns the version, and whether it says anything new. */
export async function addProfile(
  store: EventStore,
  profile: DiseaseProfile,
): Promise<{ version: number; added: boolean }> {
  const builtIns = builtInProfiles().filter((builtIn) => builtIn.id === profile.id);
  const same = builtIns.find((builtIn) => sameRules(builtIn, profile));
  if (same) return { version: same.version, added: false };
  if (builtIns.length > 0) {
    throw new UserError(
      `id: ${profile.id} is a profile of the program itself, with other rules.`,
      'Give your profile an id of its own: from its day on it counts instead of those of the program, of two the one that took effect last.',
    );
  }
  const { state, appended } = await handle(store, profileDecider, streams.profiles, profile, { source: 'cli' });
  return { version: state.get(profile.id)?.version ?? profile.version, added: appended !== undefined };
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

/** Every version of every profile, those of the program first, then the tenant's as they were added. */
export async function allProfiles(store: EventStore): Promise<DiseaseProfile[]> {
  return [...builtInProfiles(), ...(await addedProfiles(store))];
}

/** Those among which the one in force is looked for, for a tenant of that authority. */
export async function profilesInUse(store: EventStore, authority: string): Promise<DiseaseProfile[]> {
  return profilesThatCount(builtInProfiles(), await addedProfiles(store), authority);
}

/** @throws UserError naming the known authorities: a misspelt one would follow everybody's rules at once. */
export async function checkAuthority(store: EventStore, authority: string): Promise<void> {
  const known = new Set((await allProfiles(store)).map((profile) => profile.authority));
  if (known.has(authority)) return;
  throw new UserError(
    `TRUYVET_AUTHORITY is ${authority}, of which there is no disease profile.`,
    `There are profiles of: ${[...known].sort().join(', ')}. Set it to one of them, or add a profile of ${authority} first.`,
  );
}

async function addedProfiles(store: EventStore): Promise<DiseaseProfile[]> {
  const profiles: DiseaseProfile[] = [];
  for await (const event of store.read(streams.profiles)) {
    if (event.type === 'ProfileAdded') profiles.push(schema.parse(event.data.profile));
  }
  return profiles;
}
