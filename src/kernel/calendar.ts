import type { Instant } from './instant.js';

/**
 * The days of a time zone. Every day that a rule counts after an exposure, and every day that a person reads, is one of
 * these; the graph's slots alone are days of UTC.
 */
export interface Calendar {
  /** Which day an instant is on, as days after 1 January 1970. */
  dayOf(instant: Instant): number;
  /** The first instant of the day of an instant. */
  startOf(instant: Instant): Instant;
  /** So many days later at the same time of the day, also where clocks were changed between; parts of a day are hours. */
  plusDays(instant: Instant, days: number): Instant;
}

/** By which the days of a profile are counted. */
export type DayCount = Pick<Calendar, 'plusDays'>;
