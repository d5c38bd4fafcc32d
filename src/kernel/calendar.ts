import type { Instant } from './instant.js';

/**
 * The days of a time zone. Rules count these days after an exposure, and people read these days. Only the graph's slots
 * use UTC days.
 */
export interface Calendar {
  /** The day of an instant, in days since 1 January 1970. */
  dayOf(instant: Instant): number;
  /** The first instant of the day of an instant. */
  startOf(instant: Instant): Instant;
  /** Adds days and keeps the time of day, even across a change of the clocks. Fractions of a day are added as hours. */
  plusDays(instant: Instant, days: number): Instant;
}

/** The part of a calendar that counts the days of a profile. */
export type DayCount = Pick<Calendar, 'plusDays'>;
