import { dayNumber } from '../kernel/instant.js';
import { profileOn, type DiseaseProfile } from './profile.js';

/** A stretch of days in which new cases come under another profile than before. */
export interface RuleChange {
  /** First day, `yyyy-mm-dd`; null for all days before the first that any profile names. */
  from: string | null;
  /** First day on which the change no longer applies; null if it has no end. */
  until: string | null;
  /** `id@version`; null where the disease has no rules. */
  was: string | null;
  becomes: string | null;
}

/**
 * Compares two sets of profiles: what changes for new cases of a disease, ordered by day.
 * @param before the profiles that apply now, in the order in which they were added.
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
