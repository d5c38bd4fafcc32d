/**
 * Instants are whole seconds since 1970-01-01T00:00:00Z, as numbers. The graph packs them into 32 unsigned bits, so
 * they reach from 1970 to 2106; fractions of a second are dropped where data comes in.
 */
export type Instant = number;

export const LATEST_INSTANT = 0xffff_ffff;
export const SECONDS_PER_DAY = 86_400;

/** An instant as `2021-08-01T09:30:00Z`. */
export function formatInstant(instant: Instant): string {
  return new Date(instant * 1000).toISOString().replace('.000Z', 'Z');
}

/** Reads what `formatInstant` writes. */
export function readInstant(text: string): Instant {
  return Date.parse(text) / 1000;
}

/** Days since 1970-01-01, UTC. */
export function dayOf(instant: Instant): number {
  return Math.floor(instant / SECONDS_PER_DAY);
}

/** Days from 1970-01-01 to a day such as `2021-08-01`, whatever the zone that it is a day of. */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1000 / SECONDS_PER_DAY;
}

/** The UTC month of an instant, as `202108`. */
export function monthOf(instant: Instant): string {
  return new Date(instant * 1000).toISOString().slice(0, 7).replace('-', '');
}
