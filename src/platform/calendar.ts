import { DateTime } from 'luxon';
import type { Calendar } from '../kernel/calendar.js';
import { SECONDS_PER_DAY } from '../kernel/instant.js';
import { zoneOf } from './zone.js';

/** The calendar of a time zone. @param name a zone of the IANA database, such as Asia/Ho_Chi_Minh. */
export function calendarOf(name: string): Calendar {
  const zone = zoneOf(name);
  const at = (instant: number) => DateTime.fromSeconds(instant, { zone });
  return {
    dayOf: (instant) => {
      const { year, month, day } = at(instant);
      return Date.UTC(year, month - 1, day) / (SECONDS_PER_DAY * 1000);
    },
    startOf: (instant) => Math.floor(at(instant).startOf('day').toSeconds()),
    plusDays: (instant, days) => {
      const whole = Math.trunc(days);
      const rest = Math.round((days - whole) * SECONDS_PER_DAY);
      return Math.floor(at(instant).plus({ days: whole }).toSeconds()) + rest;
    },
  };
}
