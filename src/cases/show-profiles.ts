import { UserError } from '../kernel/errors.js';
import type { DiseaseProfile, RapidAntigenRule, WindowEnd } from './profile.js';
import type { EventStore } from '../event-log/event-store.js';
import {
  allProfiles,
  builtInProfiles,
  checkAuthority,
  profilesInUse,
  profilesOfAuthority,
  retiredProfiles,
} from './profiles.js';
import { readConfig } from '../platform/config.js';
import { createLogger } from '../platform/logger.js';
import { NotRunning } from '@truyvet/local-services';
import { table } from '../cli/table.js';
import { openRuntime } from '../entrypoints/runtime.js';

type Listed = DiseaseProfile & { inUse: boolean; retired: boolean };

/** Prints the newest version of each profile; those of the program alone while there is no log. */
export async function listProfiles(json: boolean): Promise<void> {
  const all = await marked();
  if (json) return console.log(JSON.stringify(all, undefined, 2));
  const rows = all.map((profile) => [
    `${profile.inUse ? '*' : ' '} ${profile.id}`,
    `v${profile.version}`,
    profile.disease,
    profile.authority,
    `from ${profile.effectiveFrom}`,
    profile.retired ? `retired: ${profile.name}` : profile.name,
  ]);
  for (const line of table(rows)) console.log(line);
}

/** Prints one profile. @throws UserError when there is none of that id. */
export async function showProfile(id: string, json: boolean): Promise<void> {
  const profile = await newest(id);
  if (json) console.log(JSON.stringify(profile, undefined, 2));
  else for (const line of described(profile)) console.log(line);
}

/** Profiles of the program itself stand in its files: for them the log is not needed. */
async function newest(id: string): Promise<DiseaseProfile> {
  const own = byId(builtInProfiles()).get(id);
  if (own) return own;
  const known = byId(await withLog((store) => allProfiles(store)));
  const profile = known.get(id);
  if (profile) return profile;
  throw new UserError(`There is no profile ${id}.`, `There are: ${[...known.keys()].join(', ')}.`);
}

/** Of each profile the newest version, and whether new cases of its disease may come under it, by the authority set here. */
async function marked(): Promise<Listed[]> {
  const { authority } = readConfig();
  try {
    return await withLog(async (store) => {
      await checkAuthority(store, authority);
      const [all, inUse, retired] = await Promise.all([
        allProfiles(store),
        profilesInUse(store, authority),
        retiredProfiles(store),
      ]);
      return markedAmong(all, inUse, retired);
    });
  } catch (error) {
    if (!(error instanceof NotRunning)) throw error;
    console.error('The event log is not running: profiles that were added to it are not among these.');
    return markedAmong(builtInProfiles(), profilesOfAuthority(authority), new Set());
  }
}

function markedAmong(
  all: readonly DiseaseProfile[],
  inUse: readonly DiseaseProfile[],
  retired: ReadonlySet<string>,
): Listed[] {
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

/** @throws NotRunning when the log of this folder is down. */
export async function withLog<T>(use: (store: EventStore, authority: string) => Promise<T>): Promise<T> {
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'profiles'));
  try {
    return await use(runtime.store, config.authority);
  } finally {
    await runtime.close();
  }
}

function described(profile: DiseaseProfile): string[] {
  const { infectious, minimumMinutes, withinHours, distanceMetres, lingeringMinutes, seatRows } = profile;
  const { anchors, anchorChoice, daysBefore, daysBeforeSampling } = infectious;
  const named = anchorChoice === 'earliest' ? `the earliest of ${anchors.join(', ')}` : anchors.join(', else ');
  const sampled = daysBeforeSampling === null ? '' : ` (${daysBeforeSampling} before sampling)`;
  const minutes = minimumMinutes === 0 ? 'any meeting' : `${minimumMinutes} minutes at least`;
  return [
    `${profile.id}, version ${profile.version}: ${profile.name}`,
    `Disease: ${profile.disease}, rules of: ${profile.authority}`,
    `Source: ${profile.source}`,
    `In force from: ${profile.effectiveFrom}`,
    `Infectious: from ${daysBefore} days before ${named}${sampled} until ${endOf(infectious.end)}`,
    `Contact: ${minutes}` +
      (withinHours === null || minimumMinutes === 0 ? '' : ` within ${withinHours} hours`) +
      (distanceMetres === null ? '' : `, within ${distanceMetres} m where measured`),
    ...(lingeringMinutes > 0 ? [`The air of a place stays infectious for ${lingeringMinutes} minutes`] : []),
    ...(seatRows === null ? [] : [`Where seats are numbered: within ${seatRows} rows`]),
    `Sharing: ${Object.entries(profile.sharing)
      .map(([what, rule]) => `${what} ${rule}`)
      .join(', ')}`,
    `Contacts traced to degree ${profile.greatestDegree}`,
    `Followed up for ${profile.followUpDays} days, tested on days ${profile.testDays.join(', ') || '-'}`,
    ...Object.entries(profile.quarantine).flatMap(([degree, stay]) =>
      stay ? [`F${degree} are told to follow the advice for ${stay.days} days`] : [],
    ),
    `A positive sample after ${profile.reinfectionDays} days is a new illness`,
    ...(profile.rapidAntigen === null ? [] : [`A rapid antigen test confirms ${confirmedBy(profile.rapidAntigen)}`]),
    ...profile.notes.map((note) => `Note: ${note}`),
  ];
}

function confirmedBy(rule: RapidAntigenRule): string {
  const { ofContacts, withFactor, withSymptoms, repeatedWithinHours, factorNeeded } = rule;
  const beside = factorNeeded ? ' and an epidemiological factor' : '';
  const whom = [
    ...(ofContacts ? ['a contact'] : []),
    ...(withFactor ? ['whoever has an epidemiological factor'] : []),
    ...(withSymptoms ? [`somebody with symptoms${beside}`] : []),
    ...(repeatedWithinHours === null ? [] : [`whoever has a second one within ${repeatedWithinHours} hours${beside}`]),
  ];
  return whom.join(', or ') || 'nobody';
}

function endOf(end: WindowEnd): string {
  switch (end.type) {
    case 'isolation':
      return 'isolation';
    case 'days':
      return `${end.daysAfter} days after it`;
    case 'negative':
      return (
        `a negative sample${end.ctAbove === null ? '' : ` or one of a Ct above ${end.ctAbove}`}` +
        (end.daysAfterAtMost === null ? '' : `, ${end.daysAfterAtMost} days after it at the latest`)
      );
  }
}
