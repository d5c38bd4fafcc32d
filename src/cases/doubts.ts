import type { TestResult } from '../samples/index.js';
import type { Calendar } from '../kernel/calendar.js';
import { readInstant } from '../kernel/instant.js';
import type { DiseaseProfile } from './profile.js';

/** A date of a row that the profile rules out, given the date of the sample. */
export interface Doubt {
  /** The column of the row. */
  column: 'onset_at' | 'rash_at' | 'infectious_from' | 'infectious_until';
  /** Calendar days from the sample to this date; negative where the date is before the sample. */
  days: number;
  /** The most days that the profile allows. */
  atMost: number;
}

/**
 * Finds the dates of a positive result that cannot belong to the illness that the sample shows: symptoms, or a window
 * set by an investigator, so long before the sample that the profile counts them as another illness; or symptoms so
 * long after it that nobody would be followed up any more.
 * @param calendar of the time zone in which days are counted.
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
