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

/** The inverse of `formatInstant`; NaN for what is not a time. */
export function readInstant(text: string): Instant {
  // Every stay is read several times, and this takes a fifth of the time of `Date.parse`.
  return plainInstant(text) ?? Date.parse(text) / 1000;
}

/** The lengths and the places of the parts of `2021-08-01T09:30:00Z`. */
const PLAIN_LENGTH = 20;
const [DASH, COLON, T, Z] = [...'-:TZ'].map((each) => each.charCodeAt(0));
const ZERO = '0'.charCodeAt(0);
/** 1970-01-01 in days since 0000-03-01. */
const EPOCH = 719_468;

/** An instant as `formatInstant` writes it, on a day that every month has; undefined for any other text. */
function plainInstant(text: string): Instant | undefined {
  if (
    text.length !== PLAIN_LENGTH ||
    text.charCodeAt(4) !== DASH ||
    text.charCodeAt(7) !== DASH ||
    text.charCodeAt(10) !== T ||
    text.charCodeAt(13) !== COLON ||
    text.charCodeAt(16) !== COLON ||
    text.charCodeAt(19) !== Z
  ) {
    return undefined;
  }
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // A comparison with NaN is false.
  const exists = year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
  if (!exists || !(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  // The year begins in March, so that the day that some years lack is its last.
  const from = month > 2 ? year : year - 1;
  const leaps = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return (((365 * from + leaps + ofYear - EPOCH) * 24 + hour) * 60 + minute) * 60 + second;
}

/** NaN unless both characters are digits. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
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
