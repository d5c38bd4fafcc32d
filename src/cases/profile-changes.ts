import { dayNumber } from '../kernel/instant.js';
import { profileOn, type DiseaseProfile } from './profile.js';

/** From a day on, until before another, new cases come under another profile than before. */
export interface RuleChange {
  /** `yyyy-mm-dd`; null for all days before the first that any profile names. */
  from: string | null;
  /** First day on which it is no longer so; null while it goes on. */
  until: string | null;
  /** As `id@version`; null where there are no rules of the disease. */
  was: string | null;
  becomes: string | null;
}

/**
 * What another set of profiles changes for new cases of a disease, in the order of days.
 * @param before those that count now, in the order in which they were added.
 */
export function ruleChanges(
  before: readonly DiseaseProfile[],
  after: readonly DiseaseProfile[],
  disease: string,
): RuleChange[] {
  const days = [...before, ...after].flatMap((each) => (each.disease === disease ? [each.effectiveFrom] : []));
  const starts: (string | null)[] = [null, ...[...new Set(days)].sort()];
  const changes: RuleChange[] = [];
  starts.forEach((from, i) => {
    const until = starts[i + 1] ?? null;
    const day = from === null ? (until === null ? 0 : dayNumber(until) - 1) : dayNumber(from);
    const [was, becomes] = [before, after].map((profiles) => nameOf(profileOn(profiles, disease, day)));
    if (was === becomes || was === undefined || becomes === undefined) return;
    const last = changes.at(-1);
    if (last && last.until === from && last.was === was && last.becomes === becomes) last.until = until;
    else changes.push({ from, until, was, becomes });
  });
  return changes;
}

const nameOf = (profile: DiseaseProfile | undefined): string | null =>
  profile === undefined ? null : `${profile.id}@${profile.version}`;
