import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { zoneOf } from '../../../src/platform/zone.js';

const ZONES = [
  'Asia/Ho_Chi_Minh',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Apia',
  'Africa/Casablanca',
];

describe('A zone that remembers its offsets', () => {
  it('shows the same time as the zone itself, also around a change of the clocks', () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2038, 0) / 1_000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), seconds, fc.integer({ min: 0, max: 7_200 }), (zone, at, more) => {
        for (const instant of [at, at + more, at]) {
          const shown = DateTime.fromSeconds(instant, { zone: zoneOf(zone) }).toISO();
          expect(shown).toBe(DateTime.fromSeconds(instant, { zone }).toISO());
        }
      }),
    );
  });

  it.each(ZONES)('keeps the minute at which the clocks of %s change', (zone) => {
    const real = (at: number) => DateTime.fromMillis(at, { zone }).offset;
    const DAY = 86_400_000;
    for (let day = Date.UTC(2021, 0); day < Date.UTC(2022, 0); day += DAY) {
      if (real(day) === real(day + DAY)) continue;
      for (let at = day; at <= day + DAY; at += 900_000) {
        for (const instant of [at - 1, at]) expect(zoneOf(zone).offset(instant)).toBe(real(instant));
      }
    }
  });
});
