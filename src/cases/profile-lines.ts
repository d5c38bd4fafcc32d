import { table } from '../cli/table.js';
import type { DiseaseProfile, RapidAntigenRule, WindowEnd } from './profile.js';
import type { RuleChange } from './profile-changes.js';
import type { ListedProfile } from './show-profiles.js';

/** Profiles as a table; * marks those in use. */
export function profileTable(all: readonly ListedProfile[]): string[] {
  return table(
    all.map((profile) => [
      `${profile.in_use ? '*' : ' '} ${profile.id}`,
      `v${profile.version}`,
      profile.disease,
      profile.authority,
      `from ${profile.effective_from}`,
      profile.retired ? `retired: ${profile.name}` : profile.name,
    ]),
  );
}

/** For example: New cases sampled from 2021-08-01 on: mine@1 instead of covid-19-vn-5053@1. */
export function* changeLines(subject: string, changes: readonly RuleChange[]): Generator<string> {
  if (changes.length === 0) yield `Nothing changes for new cases (${subject}).`;
  for (const { from, until, was, becomes } of changes) {
    const begin = from === null ? (until === null ? 'on any day' : '') : `from ${from} on`;
    const when = [begin, until === null ? '' : `until the day before ${until}`].filter(Boolean).join(', ');
    const now = becomes ?? 'no rules at all';
    yield `New cases sampled ${when}: ${now}${was === null ? ', which had no rules before' : ` instead of ${was}`}.`;
  }
}

/** One profile in sentences. */
export function profileLines(profile: DiseaseProfile): string[] {
  const { infectious, minimumMinutes, withinHours, distanceMetres, lingeringMinutes, seatRows } = profile;
  const { anchors, anchorChoice, daysBefore, daysBeforeSampling } = infectious;
  const named = anchorChoice === 'earliest' ? `the earliest of ${anchors.join(', ')}` : anchors.join(', else ');
  const sampled = daysBeforeSampling === null ? '' : ` (${daysBeforeSampling} before sampling)`;
  const minutes = minimumMinutes === 0 ? 'any meeting' : `at least ${minimumMinutes} minutes`;
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
      stay ? [`F${degree} are advised to stay at home or watch their health for ${stay.days} days`] : [],
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
    ...(withFactor ? ['a person with an epidemiological factor'] : []),
    ...(withSymptoms ? [`a person with symptoms${beside}`] : []),
    ...(repeatedWithinHours === null ? [] : [`a person with a second within ${repeatedWithinHours} hours${beside}`]),
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
        `a negative sample${end.ctAbove === null ? '' : ` or one with a Ct above ${end.ctAbove}`}` +
        (end.daysAfterAtMost === null ? '' : `, ${end.daysAfterAtMost} days after it at the latest`)
      );
  }
}
