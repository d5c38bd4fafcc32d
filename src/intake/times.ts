import { DateTime, IANAZone } from 'luxon';
import { formatInstant, LATEST_INSTANT } from '../kernel/instant.js';

interface Refused {
  reason: string;
  fix: string;
}

export type ReadTime = { instant: string; /** It had neither zone nor offset. */ zoneAssumed: boolean } | Refused;

/** In characters. A longer text is not a time, and is refused before it is parsed. */
const LONGEST = 64;
const LATEST = formatInstant(LATEST_INSTANT);
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const OFFSET = /(?:z|([+-])(\d\d)(?::?(\d\d))?)$/i;
const BRACKETED_ZONE = /\[([\w/+-]+)\]$/;
const DATE_ALONE = /^\d{4}(?:-\d\d(?:-\d\d)?|\d{4})?$/;
const DAY = /^\d{4}-?\d\d-?\d\d$/;
const EXAMPLE = 'Write it as 2021-08-01T09:30:00+07:00.';
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Reads an ISO 8601 time as a UTC instant in whole seconds; fractions are dropped. A time without zone or offset is in
 * the given zone. A local time that the clocks of its zone showed twice or never is refused, and the refusal names both
 * possible instants: choosing one could move or invent a stay. An offset takes precedence over a zone in brackets.
 * @param zone a name in the IANA database.
 */
export function readTime(text: string, zone: string): ReadTime {
  if (text.length > LONGEST) return { reason: `is longer than ${LONGEST} characters`, fix: EXAMPLE };
  // Most rows of a large file have this form, and then the text already is the instant.
  if (PLAIN.test(text)) {
    const day = Number(text.slice(8, 10));
    // Every month has these days.
    if (day <= 28 || day <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)))) return inRange(text, false);
  }
  return readSlowly(text.trim(), zone);
}

export function isDay(text: string): boolean {
  return text.length <= LONGEST && DAY.test(text.trim());
}

/**
 * The instant at which a day, such as 2021-08-01, begins or ends in a zone.
 * @param zone a name in the IANA database.
 */
export function readDay(text: string, zone: string, edge: 'begin' | 'end'): ReadTime {
  const given = text.trim();
  const day = DateTime.fromISO(given, { zone: 'utc' });
  if (!day.isValid) return notATime(given);
  const midnight = day.toMillis() + (edge === 'end' ? DAY_MS : 0);
  const { meanings, before } = instantsOf(midnight, zone);
  // When the clocks skipped midnight, the day begins at the change; when there are two midnights, it begins at the
  // first.
  const at = meanings[0] ?? midnight - before * MINUTE_MS;
  const seconds = Math.floor(at / 1000);
  return seconds < 0 || seconds > LATEST_INSTANT
    ? outOfRange(given)
    : { instant: formatInstant(seconds), zoneAssumed: false };
}

function readSlowly(given: string, zone: string): ReadTime {
  if (DATE_ALONE.test(given)) {
    return { reason: `is a date without a time ("${given}")`, fix: `Add the time of day: ${EXAMPLE}` };
  }
  const bracketed = BRACKETED_ZONE.exec(given);
  // RFC 3339 allows a space instead of the T, and lower case, and many programs write that.
  const text = given.replace(BRACKETED_ZONE, '').replace(/^(\d{4}-\d\d-\d\d)[t ] */, '$1T');
  const t = text.indexOf('T');
  const offset = t < 0 ? null : OFFSET.exec(text.slice(t));
  const wall = (offset ? text.slice(0, text.length - offset[0].length) : text).trimEnd();
  const local = DateTime.fromISO(wall, { zone: 'utc' });
  if (!local.isValid || t < 0) return notATime(given);
  if (offset) {
    const minutes = minutesOf(offset);
    if (minutes === undefined) {
      return {
        reason: `has an offset from UTC that no zone uses ("${offset[0]}")`,
        fix: 'Offsets run from -12:00 to +14:00, with minutes up to 59.',
      };
    }
    return ofMillis(local.toMillis() - minutes * MINUTE_MS, given, false);
  }
  const named = bracketed?.[1] ?? zone;
  if (!IANAZone.isValidZone(named)) {
    return { reason: `names an unknown zone ("${shorten(named)}")`, fix: EXAMPLE };
  }
  const { meanings, before, after } = instantsOf(local.toMillis(), named);
  const [only, second] = meanings;
  if (only !== undefined && second === undefined) return ofMillis(only, given, !bracketed);
  const [first, later] =
    only !== undefined ? [only, second] : [before, after].map((o) => local.toMillis() - o * MINUTE_MS);
  const both = [first, later].map((at) =>
    DateTime.fromMillis(at as number, { zone: named }).toISO({ suppressMilliseconds: true }),
  );
  const what = only === undefined ? 'did not exist in' : 'occurred twice in';
  const why = only === undefined ? ': the clocks went forward over it' : '';
  return {
    reason: `${what} ${named}${why} ("${shorten(given)}"): it may mean ${both.join(' or ')}`,
    fix: `Write the right one with its offset from UTC: ${both.join(' or ')}.`,
  };
}

/** Minutes east of UTC; undefined for an offset that no zone has. */
function minutesOf([, sign, hours, minutes]: RegExpExecArray): number | undefined {
  if (sign === undefined) return 0;
  const east = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0));
  return Number(minutes ?? 0) <= 59 && east >= -12 * 60 && east <= 14 * 60 ? east : undefined;
}

/**
 * The instants at which the clocks of a zone show a time: one, two or none; and the zone's offsets in minutes a day
 * before and after it.
 * @param local milliseconds, as if the time were in UTC.
 */
function instantsOf(local: number, zone: string): { meanings: number[]; before: number; after: number } {
  const iana = IANAZone.create(zone);
  const before = iana.offset(local - DAY_MS);
  const after = iana.offset(local + DAY_MS);
  const meanings = [...new Set([before, after])]
    .map((minutes) => ({ minutes, at: local - minutes * MINUTE_MS }))
    .filter(({ minutes, at }) => iana.offset(at) === minutes)
    .map(({ at }) => at)
    .sort((a, b) => a - b);
  return { meanings, before, after };
}

function ofMillis(millis: number, given: string, zoneAssumed: boolean): ReadTime {
  const seconds = Math.floor(millis / 1000);
  if (seconds < 0 || seconds > LATEST_INSTANT) return outOfRange(given);
  return { instant: formatInstant(seconds), zoneAssumed };
}

function inRange(instant: string, zoneAssumed: boolean): ReadTime {
  return instant < '1970' || instant > LATEST ? outOfRange(instant) : { instant, zoneAssumed };
}

function notATime(given: string): Refused {
  return { reason: `is not an ISO 8601 time ("${shorten(given)}")`, fix: EXAMPLE };
}

function outOfRange(given: string): Refused {
  return {
    reason: `is before 1970 or after ${LATEST} ("${shorten(given)}")`,
    fix: 'Correct the year: times are kept from 1970 to the beginning of 2106.',
  };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
