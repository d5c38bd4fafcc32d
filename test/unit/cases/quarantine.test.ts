import { describe, expect, it } from '@jest/globals';
import { readInstant } from '../../../src/kernel/instant.js';
import { isWithinOwnCase, stayOf } from '../../../src/cases/quarantine.js';
import { calendarOf } from '../../../src/platform/calendar.js';

const RULES = { 1: { days: 14 }, 2: { days: 7 } };
const met = (degree: number, lastExposureAt: string | null) => ({ degree, lastExposureAt });
const [FIRST, LATER] = ['2021-08-01T10:00:00Z', '2021-08-11T10:00:00Z'];

describe('The days that somebody stays at home', () => {
  it('are counted from the last exposure, by the degree', () => {
    expect(stayOf(RULES, [met(1, FIRST)], calendarOf('UTC'))).toEqual({
      days: 14,
      until: readInstant('2021-08-15T10:00:00Z'),
    });
    expect(stayOf(RULES, [met(2, FIRST)], calendarOf('UTC'))).toEqual({
      days: 7,
      until: readInstant('2021-08-08T10:00:00Z'),
    });
  });

  it('have no end while the exposure continues', () => {
    expect(stayOf(RULES, [met(1, null)], calendarOf('UTC'))).toEqual({ days: 14, until: null });
  });

  it('are, for several people on a phone, those of the last of them', () => {
    const until = readInstant('2021-08-18T10:00:00Z');
    expect(stayOf(RULES, [met(1, FIRST), met(2, LATER)], calendarOf('UTC'))).toEqual({ days: 7, until });
    expect(stayOf(RULES, [met(1, FIRST), met(2, null)], calendarOf('UTC'))).toEqual({ days: 14, until: null });
  });

  it('are not mentioned if the rules do not mention them', () => {
    expect(stayOf({}, [met(1, FIRST)], calendarOf('UTC'))).toBeUndefined();
    expect(stayOf({ 1: { days: 14 } }, [met(2, null)], calendarOf('UTC'))).toBeUndefined();
  });

  it('are as many days of the zone as the rules say, even if its clocks change in between', () => {
    // At 00:20 in Berlin, where clocks go back on 31 October.
    const met = { degree: 1, lastExposureAt: '2021-10-19T22:20:00Z' };
    expect(stayOf(RULES, [met], calendarOf('Europe/Berlin'))).toMatchObject({
      until: readInstant('2021-11-02T23:20:00Z'),
    });
    expect(stayOf(RULES, [met], calendarOf('Asia/Ho_Chi_Minh'))).toMatchObject({
      until: readInstant('2021-11-02T22:20:00Z'),
    });
  });
});

describe('A person who has had the disease', () => {
  it.each([
    [
      'is not a new contact if the last exposure was a second before the days of reinfection are over',
      '2021-10-30T09:59:59Z',
      true,
    ],
    ['is a new contact if the last exposure was after that', '2021-10-30T10:00:00Z', false],
  ])('%s', (_when, exposedAt, own) => {
    const calendar = calendarOf('Asia/Ho_Chi_Minh');
    expect(isWithinOwnCase(readInstant(FIRST), readInstant(exposedAt), 90, calendar)).toBe(own);
    expect(isWithinOwnCase(readInstant(FIRST), readInstant(exposedAt), undefined, calendar)).toBe(own);
  });
});
