import { DateTime } from 'luxon';
import { formatInstant, LATEST_INSTANT } from '../domain/instant.js';

export type ReadTime =
  | { instant: string; /** It carried neither zone nor offset. */ zoneAssumed: boolean }
  | { reason: string; fix: string };

const LATEST = formatInstant(LATEST_INSTANT);
const PLAIN = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const OFFSET = /(?:z|[+-]\d\d(?::?\d\d)?)(?:\[[\w/+-]+\])?$/i;
const BRACKETED_ZONE = /\[([\w/+-]+)\]$/;
const DATE_ALONE = /^\d{4}(?:-\d\d(?:-\d\d)?|\d{4})?$/;
const EXAMPLE = 'Write it as 2021-08-01T09:30:00+07:00.';

/**
 * Reads an ISO 8601 time to a UTC instant in whole seconds; fractions are dropped. A time without zone or offset is
 * one of the given zone. Of a local time that the clocks showed twice the first is meant; one that they skipped is
 * refused, since shifting it would invent a stay at another hour.
 * @param zone name in the IANA database.
 */
export function readTime(text: string, zone: string): ReadTime {
  // Most rows of a large file are written like this, and then the text is the instant already.
  const plain = PLAIN.exec(text);
  if (plain && Number(plain[3]) <= daysIn(Number(plain[1]), Number(plain[2]))) return inRange(text, false);
  return readSlowly(text.trim(), zone);
}

function readSlowly(given: string, zone: string): ReadTime {
  if (DATE_ALONE.test(given)) {
    return { reason: `is a date without a time ("${given}")`, fix: `Add the time of day: ${EXAMPLE}` };
  }
  // RFC 3339 lets a space stand for the T and takes small letters, and many programs write it so.
  const text = given
    .replace(/^(\d{4}-\d\d-\d\d)(?:t| +)(?=\d)/, '$1T')
    .replace(/ *z(?=\[|$)/i, 'Z')
    .replace(/ +(?=[+-])/, '');
  const zoneAssumed = !OFFSET.test(text) && !BRACKETED_ZONE.test(text);
  const time = DateTime.fromISO(text, zoneAssumed ? { zone } : { setZone: true });
  if (!time.isValid || !text.includes('T')) {
    return { reason: `is no ISO 8601 time ("${shorten(given)}")`, fix: EXAMPLE };
  }
  const named = zoneAssumed || (BRACKETED_ZONE.test(text) && !OFFSET.test(text.replace(BRACKETED_ZONE, '')));
  if (named && wasSkipped(time, text)) {
    return {
      reason: `did not exist in ${time.zoneName}: the clocks went forward over it ("${given}")`,
      fix: 'Give the time with its offset from UTC.',
    };
  }
  const seconds = Math.floor((named ? firstOf(time) : time).toSeconds());
  if (seconds < 0 || seconds > LATEST_INSTANT) return outOfRange(given);
  return { instant: formatInstant(seconds), zoneAssumed };
}

/** Luxon moves a time that the clocks skipped: its hour or minute is then another than the one written. */
function wasSkipped(time: DateTime, text: string): boolean {
  const asUtc = DateTime.fromISO(text.replace(BRACKETED_ZONE, ''), { zone: 'utc' });
  return asUtc.hour !== time.hour || asUtc.minute !== time.minute;
}

function firstOf(time: DateTime): DateTime {
  return time.getPossibleOffsets().reduce((first, next) => (next < first ? next : first), time);
}

function inRange(instant: string, zoneAssumed: boolean): ReadTime {
  return instant < '1970' || instant > LATEST ? outOfRange(instant) : { instant, zoneAssumed };
}

function outOfRange(given: string): ReadTime {
  return {
    reason: `is before 1970 or after ${LATEST} ("${given}")`,
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
