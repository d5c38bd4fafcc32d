import type { Link } from '../contact-graph/ports.js';
import type { Calendar } from '../kernel/calendar.js';
import type { Instant } from '../kernel/instant.js';
import type { RapidAntigenRule } from './profile.js';

/** A positive rapid antigen test of one person. */
export interface RapidTest {
  collectedAt: Instant;
  reportedAt: Instant;
  onsetKnown: boolean;
}

/** What a positive result confirms a case by: itself, or what the rules ask for beside a rapid test. */
export const CONFIRMATIONS = ['result', 'contact', 'factor', 'symptoms', 'repeated'] as const;
export type Confirmation = (typeof CONFIRMATIONS)[number];

/**
 * What a rapid test confirms a case by, undefined where the rules take it for a suspicion only, as official letter
 * 11042/BYT-DP of 29 December 2021 does: F1s are confirmed by it, others by symptoms or a second one within 8 hours,
 * and only with an epidemiological factor.
 * @param others positive rapid tests of the same person for the same disease.
 * @param followUpDays for which an exposure counts after it ended, the whole of the last included.
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
