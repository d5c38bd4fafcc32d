import type { Link } from './case-graph.js';
import type { Calendar } from '../kernel/calendar.js';
import type { Instant } from '../kernel/instant.js';
import type { RapidAntigenRule } from './profile.js';

/** A positive rapid antigen test of one person. */
export interface RapidTest {
  collectedAt: Instant;
  reportedAt: Instant;
  onsetKnown: boolean;
}

/** Why a positive result confirms a case: by itself, or by what the rules require in addition to a rapid test. */
export const CONFIRMATIONS = ['result', 'contact', 'factor', 'symptoms', 'repeated'] as const;
export type Confirmation = (typeof CONFIRMATIONS)[number];

/**
 * Why a rapid test confirms a case; undefined where the rules take it only for a suspicion, as official letter
 * 11042/BYT-DP of 29 December 2021 does: it confirms F1s, and other people by symptoms or by a second test within 8
 * hours, and these only together with an epidemiological factor.
 * @param others positive rapid tests of the same person for the same disease.
 * @param followUpDays for which an exposure counts after it ended, including all of the last day.
 */
export function confirmedBy(
  rule: RapidAntigenRule,
  test: RapidTest,
  others: readonly RapidTest[],
  links: readonly Link[],
  followUpDays: number,
  calendar: Pick<Calendar, 'dayOf'>,
): Confirmation | undefined {
  const { collectedAt } = test;
  const day = calendar.dayOf(collectedAt);
  const recent = links.filter(
    ({ first, last }) => first <= collectedAt && (last === null || day <= calendar.dayOf(last) + followUpDays),
  );
  if (rule.ofContacts && recent.some(({ degree }) => degree === 1)) return 'contact';
  if (rule.withFactor && recent.length > 0) return 'factor';
  if (rule.factorNeeded && recent.length === 0) return undefined;
  if (rule.withSymptoms && test.onsetKnown) return 'symptoms';
  return others.some((other) => followUp(test, other, rule) || followUp(other, test, rule)) ? 'repeated' : undefined;
}

/** Whether a second test was taken soon enough after the first one's result. */
function followUp(first: RapidTest, second: RapidTest, { repeatedWithinHours }: RapidAntigenRule): boolean {
  if (repeatedWithinHours === null || second.collectedAt <= first.collectedAt) return false;
  return second.collectedAt <= first.reportedAt + repeatedWithinHours * 3600;
}

/** A positive rapid antigen test of one person. */
export function isRapid(test: { result: string; method: string | null; poolSize: number }): boolean {
  const { result, method, poolSize } = test;
  return result === 'positive' && method === 'antigen' && poolSize === 1;
}
