import type { TestResult } from '../samples/index.js';
import type { Calendar } from '../kernel/calendar.js';
import { readInstant } from '../kernel/instant.js';
import type { DiseaseProfile } from './profile.js';

/** A date that a profile makes impossible beside that of the sample. */
export interface Doubt {
  /** The column of the row. */
  column: 'onset_at' | 'rash_at' | 'infectious_from' | 'infectious_until';
  /** Days of the calendar from the sample's to its; below zero where it comes before. */
  days: number;
  /** So many at most under the profile. */
  atMost: number;
}

/**
 * What of a positive result cannot be of the illness that the sample shows: symptoms, or an investigator's window, of so
 * long before the sample that the profile takes them for another illness, or symptoms of so long after it that nobody would be
 * watched for them any more.
 * @param calendar of the zone by which days are counted.
 */
export function doubtsOf(
  result: Pick<TestResult, 'result' | 'collectedAt' | 'onsetAt' | 'rashAt' | 'infectiousFrom' | 'infectiousUntil'>,
  { reinfectionDays, followUpDays }: Pick<DiseaseProfile, 'reinfectionDays' | 'followUpDays'>,
  calendar: Pick<Calendar, 'dayOf'>,
): Doubt[] {
  if (result.result !== 'positive') return [];
  const sampled = calendar.dayOf(readInstant(result.collectedAt));
  const doubts: Doubt[] = [];
  const judge = (column: Doubt['column'], at: string | null, after: number | null) => {
    if (at === null) return;
    const days = calendar.dayOf(readInstant(at)) - sampled;
    if (days < -reinfectionDays) doubts.push({ column, days, atMost: reinfectionDays });
    else if (after !== null && days > after) doubts.push({ column, days, atMost: after });
  };
  judge('onset_at', result.onsetAt, followUpDays);
  judge('rash_at', result.rashAt, followUpDays);
  judge('infectious_from', result.infectiousFrom, null);
  judge('infectious_until', result.infectiousUntil, null);
  return doubts;
}
