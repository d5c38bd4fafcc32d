import type { Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { UserError } from '../../domain/errors.js';
import type { DiseaseProfile, RapidAntigenRule, WindowEnd } from '../../domain/profile.js';
import type { EventStore } from '../../log/event-store.js';

export function registerProfiles(program: Command): void {
  const profiles = program.command('profiles').description('the rules by which contacts of each disease are traced');

  profiles
    .command('list')
    .description('the profiles of the program and those that were added; * marks those in use here')
    .option('--json', 'print them as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const all = await marked();
      if (json) return console.log(JSON.stringify(all, undefined, 2));
      const rows = all.map((profile) => [
        `${profile.inUse ? '*' : ' '} ${profile.id}`,
        `v${profile.version}`,
        profile.disease,
        profile.authority,
        `from ${profile.effectiveFrom}`,
        profile.name,
      ]);
      const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
      for (const row of rows) console.log(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
    });

  profiles
    .command('show')
    .argument('<id>', 'the profile')
    .description('the newest version of a profile')
    .option('--json', 'print it as a profile file, which `add` takes')
    .action(async (id: string, { json }: { json?: boolean }) => {
      const known = await newest();
      const profile = known.get(id);
      if (!profile) throw new UserError(`There is no profile ${id}.`, `There are: ${[...known.keys()].join(', ')}.`);
      if (json) console.log(JSON.stringify(profile, undefined, 2));
      else for (const line of described(profile)) console.log(line);
    });

  profiles
    .command('add')
    .argument('<file>', 'a profile as `show --json` prints it, with an id of its own')
    .description('add a profile, or a new version of one; from its day on it counts instead of those of the program')
    .option('--json', 'print what was added as JSON')
    .action(async (file: string, { json }: { json?: boolean }) => {
      const { addProfile, parseProfile } = await import('../../log/profiles.js');
      const profile = parseProfile(await textOf(file), file);
      const { version, added } = await withLog((store) => addProfile(store, profile));
      if (json) console.log(JSON.stringify({ id: profile.id, version, added }));
      else if (added) console.log(`Added ${profile.id}, version ${version}, for ${profile.disease}.`);
      else console.log(`${profile.id} is known with these rules already, as version ${version}: nothing was added.`);
    });
}

async function withLog<T>(use: (store: EventStore, authority: string) => Promise<T>): Promise<T> {
  const { readConfig } = await import('../../platform/config.js');
  const { createLogger } = await import('../../platform/logger.js');
  const { openRuntime } = await import('../runtime.js');
  const config = readConfig();
  const runtime = await openRuntime(config, createLogger(config, 'profiles'));
  try {
    return await use(runtime.store, config.authority);
  } finally {
    await runtime.close();
  }
}

/** Of each profile the newest version, by id, in the order in which they were added. */
async function newest(): Promise<Map<string, DiseaseProfile>> {
  const { allProfiles } = await import('../../log/profiles.js');
  return byId(await withLog((store) => allProfiles(store)));
}

/** The same, and whether new cases of their disease may come under them, by the authority set here. */
async function marked(): Promise<(DiseaseProfile & { inUse: boolean })[]> {
  const { allProfiles, checkAuthority, profilesInUse } = await import('../../log/profiles.js');
  return withLog(async (store, authority) => {
    await checkAuthority(store, authority);
    const inUse = byId(await profilesInUse(store, authority));
    return [...byId(await allProfiles(store)).values()].map((profile) => ({
      ...profile,
      inUse: inUse.has(profile.id),
    }));
  });
}

function byId(profiles: readonly DiseaseProfile[]): Map<string, DiseaseProfile> {
  return new Map(profiles.map((profile) => [profile.id, profile]));
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, 'Check the path.');
  }
}

function described(profile: DiseaseProfile): string[] {
  const { infectious, minimumMinutes, withinHours, distanceMetres, lingeringMinutes, seatRows } = profile;
  const { anchors, daysBefore, daysBeforeSampling } = infectious;
  const sampled = daysBeforeSampling === null ? '' : ` (${daysBeforeSampling} before sampling)`;
  const minutes = minimumMinutes === 0 ? 'any meeting' : `${minimumMinutes} minutes at least`;
  return [
    `${profile.id}, version ${profile.version}: ${profile.name}`,
    `Disease: ${profile.disease}, rules of: ${profile.authority}`,
    `Source: ${profile.source}`,
    `In force from: ${profile.effectiveFrom}`,
    `Infectious: from ${daysBefore} days before ${anchors.join(', else ')}${sampled} until ${endOf(infectious.end)}`,
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
