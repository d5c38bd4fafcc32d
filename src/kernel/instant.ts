/**
 * Whole seconds since 1970-01-01T00:00:00Z. The graph packs instants into 32 unsigned bits, so they range from 1970 to
 * 2106. Intake drops fractions of a second.
 */
export type Instant = number;

export const LATEST_INSTANT = 0xffff_ffff;
export const SECONDS_PER_DAY = 86_400;

/** An instant as `2021-08-01T09:30:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant * 1000).toISOString().replace('.000Z', 'Z');
}

/** The inverse of `formatInstant`. */
export function readInstant(text: string): Instant {
  return Date.parse(text) / 1000;
}

/** Days since 1970-01-01, UTC. */
export function dayOf(instant: Instant): number {
  return Math.floor(instant / SECONDS_PER_DAY);
}

/** Days from 1970-01-01 to a day such as `2021-08-01`, in any time zone. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000 / SECONDS_PER_DAY;
}

/** The UTC month, as `202108`, of an instant as `formatInstant` writes it. */
export function monthOf(text: string): string {
  return `${text.slice(0, 4)}${text.slice(5, 7)}`;
}
