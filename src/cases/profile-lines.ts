import { table } from '../cli/table.js';
import type { Snaked } from '../kernel/snake-case.js';
import type { RapidAntigenRule, WindowEnd } from './profile.js';
import type { ProfileFile } from './profile-file.js';
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
export function profileLines(profile: ProfileFile): string[] {
  const {
    infectious,
    minimum_minutes: minimumMinutes,
    within_hours: withinHours,
    distance_metres: distanceMetres,
  } = profile;
  const { lingering_minutes: lingeringMinutes, seat_rows: seatRows } = profile;
  const {
    anchors,
    anchor_choice: anchorChoice,
    days_before: daysBefore,
    days_before_sampling: daysBeforeSampling,
  } = infectious;
  const named = anchorChoice === 'earliest' ? `the earliest of ${anchors.join(', ')}` : anchors.join(', else ');
  const sampled = daysBeforeSampling === null ? '' : ` (${daysBeforeSampling} before sampling)`;
  const minutes = minimumMinutes === 0 ? 'any meeting' : `at least ${minimumMinutes} minutes`;
  return [
    `${profile.id}, version ${profile.version}: ${profile.name}`,
    `Disease: ${profile.disease}, rules of: ${profile.authority}`,
    `Source: ${profile.source}`,
    `In force from: ${profile.effective_from}`,
    `Infectious: from ${daysBefore} days before ${named}${sampled} until ${endOf(infectious.end)}`,
    `Contact: ${minutes}` +
      (withinHours === null || minimumMinutes === 0 ? '' : ` within ${withinHours} hours`) +
      (distanceMetres === null ? '' : `, within ${distanceMetres} m where measured`),
    ...(lingeringMinutes > 0 ? [`The air of a place stays infectious for ${lingeringMinutes} minutes`] : []),
    ...(seatRows === null ? [] : [`Where seats are numbered: within ${seatRows} rows`]),
    `Sharing: ${Object.entries(profile.sharing)
      .map(([what, rule]) => `${what} ${rule}`)
      .join(', ')}`,
    `Contacts traced to degree ${profile.greatest_degree}`,
    `Followed up for ${profile.follow_up_days} days, tested on days ${profile.test_days.join(', ') || '-'}`,
    ...Object.entries(profile.quarantine).flatMap(([degree, stay]) =>
      stay ? [`F${degree} are advised to stay at home or watch their health for ${stay.days} days`] : [],
    ),
    `A positive sample after ${profile.reinfection_days} days is a new illness`,
    ...(profile.rapid_antigen === null ? [] : [`A rapid antigen test confirms ${confirmedBy(profile.rapid_antigen)}`]),
    ...profile.notes.map((note) => `Note: ${note}`),
  ];
}

function confirmedBy(rule: Snaked<RapidAntigenRule>): string {
  const { of_contacts: ofContacts, with_factor: withFactor, with_symptoms: withSymptoms } = rule;
  const { repeated_within_hours: repeatedWithinHours, factor_needed: factorNeeded } = rule;
  const beside = factorNeeded ? ' and an epidemiological factor' : '';
  const whom = [
    ...(ofContacts ? ['a contact'] : []),
    ...(withFactor ? ['a person with an epidemiological factor'] : []),
    ...(withSymptoms ? [`a person with symptoms${beside}`] : []),
    ...(repeatedWithinHours === null ? [] : [`a person with a second within ${repeatedWithinHours} hours${beside}`]),
  ];
  return whom.join(', or ') || 'nobody';
}

function endOf(end: Snaked<WindowEnd>): string {
  switch (end.type) {
    case 'isolation':
      return 'isolation';
    case 'days':
      return `${end.days_after} days after it`;
    case 'negative':
      return (
        `a negative sample${end.ct_above === null ? '' : ` or one with a Ct above ${end.ct_above}`}` +
        (end.days_after_at_most === null ? '' : `, ${end.days_after_at_most} days after it at the latest`)
      );
  }
}
