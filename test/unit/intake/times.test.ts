import { describe, expect, it } from '@jest/globals';
import { readDay, readTime } from '../../../src/intake/times.js';

const VIET_NAM = 'Asia/Ho_Chi_Minh';
const instant = (text: string, zone = VIET_NAM): string => {
  const read = readTime(text, zone);
  if ('reason' in read) throw new Error(read.reason);
  return read.instant;
};

describe('A time', () => {
  it.each([
    ['2021-08-01T09:30:00Z', '2021-08-01T09:30:00Z'],
    ['2021-08-01T09:30:00+07:00', '2021-08-01T02:30:00Z'],
    ['2021-08-01T09:30:00+0700', '2021-08-01T02:30:00Z'],
    ['2021-08-01T09:30:00+07', '2021-08-01T02:30:00Z'],
    ['2021-08-01T00:10:00-05:30', '2021-08-01T05:40:00Z'],
    ['2021-08-01T09:30Z', '2021-08-01T09:30:00Z'],
    ['2021-08-01 09:30:00Z', '2021-08-01T09:30:00Z'],
    ['2021-08-01 09:30:00 +07:00', '2021-08-01T02:30:00Z'],
    ['2021-08-01t09:30:00z', '2021-08-01T09:30:00Z'],
    ['20210801T093000Z', '2021-08-01T09:30:00Z'],
    ['2021-08-01T24:00:00Z', '2021-08-02T00:00:00Z'],
    ['2021-08-01T09:30:00[Europe/Paris]', '2021-08-01T07:30:00Z'],
    ['2021-08-01T09:30:00+02:00[Europe/Paris]', '2021-08-01T07:30:00Z'],
    ['2020-02-29T00:00:00Z', '2020-02-29T00:00:00Z'],
    ['2021-08-01T09:30:59.999Z', '2021-08-01T09:30:59Z'],
    ['2021-08-01T09:30:59,5+07:00', '2021-08-01T02:30:59Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['2106-02-07T06:28:15Z', '2106-02-07T06:28:15Z'],
  ])('written as %s is %s', (text, expected) => {
    expect(readTime(text, VIET_NAM)).toEqual({ instant: expected, zoneAssumed: false });
  });

  it('without a zone is in the given zone, and this is reported', () => {
    expect(readTime('2021-08-01T09:30', VIET_NAM)).toEqual({ instant: '2021-08-01T02:30:00Z', zoneAssumed: true });
    expect(readTime('2021-08-01 09:30:15', 'America/New_York')).toEqual({
      instant: '2021-08-01T13:30:15Z',
      zoneAssumed: true,
    });
  });

  it.each([
    ['2021-10-31T02:30:00', 'Europe/Paris', '2021-10-31T02:30:00+02:00', '2021-10-31T02:30:00+01:00'],
    ['2021-10-31T02:30:00[Europe/Paris]', VIET_NAM, '2021-10-31T02:30:00+02:00', '2021-10-31T02:30:00+01:00'],
    ['2021-11-07 01:15', 'America/New_York', '2021-11-07T01:15:00-04:00', '2021-11-07T01:15:00-05:00'],
    ['2021-04-04T01:45', 'Australia/Lord_Howe', '2021-04-04T01:45:00+11:00', '2021-04-04T01:45:00+10:30'],
  ])('that the clocks showed twice is refused with both possible meanings (%s in %s)', (text, zone, first, second) => {
    expect(readTime(text, zone)).toEqual({
      reason: expect.stringContaining('occurred twice'),
      fix: expect.stringContaining(`${first} or ${second}`),
    });
  });

  it.each([
    ['2021-03-28T02:30:00', 'Europe/Paris', '2021-03-28T03:30:00+02:00', '2021-03-28T01:30:00+01:00'],
    ['2021-10-03T02:15', 'Australia/Lord_Howe', '2021-10-03T02:45:00+11:00', '2021-10-03T01:45:00+10:30'],
    ['2011-12-30T10:00', 'Pacific/Apia', '2011-12-31T10:00:00+14:00', '2011-12-29T10:00:00-10:00'],
  ])('that the clocks never showed is refused with both possible meanings (%s in %s)', (text, zone, first, second) => {
    expect(readTime(text, zone)).toEqual({
      reason: expect.stringContaining('did not exist'),
      fix: expect.stringContaining(`${first} or ${second}`),
    });
  });

  it('an hour beside one that occurred twice or never is read as it is', () => {
    expect(instant('2021-10-31T01:59:59', 'Europe/Paris')).toBe('2021-10-30T23:59:59Z');
    expect(instant('2021-10-31T03:00:00', 'Europe/Paris')).toBe('2021-10-31T02:00:00Z');
    expect(instant('2021-03-28T01:59:59', 'Europe/Paris')).toBe('2021-03-28T00:59:59Z');
    expect(instant('2021-03-28T03:00:00', 'Europe/Paris')).toBe('2021-03-28T01:00:00Z');
  });

  it.each([
    ['2022-07-08T00:14:07Z[Europe/London]', '2022-07-08T00:14:07Z'],
    ['2022-07-08T00:14:07 Z[Europe/London]', '2022-07-08T00:14:07Z'],
    ['2022-07-08T00:14:07+00:00[Europe/London]', '2022-07-08T00:14:07Z'],
    ['2022-01-08T00:14:07+07:00[Europe/London]', '2022-01-07T17:14:07Z'],
    ['2022-07-08T00:14:07[Europe/London]', '2022-07-07T23:14:07Z'],
  ])('with a zone beside its offset uses the offset (%s)', (text, expected) => {
    expect(instant(text)).toBe(expected);
  });

  it.each(['+99:99', '+24:00', '+07:75', '-12:30', '-13', '+1401', '\u221207:00'])(
    'with an impossible offset is refused (%s)',
    (offset) => {
      expect(readTime(`2021-08-09T10:00:00${offset}`, VIET_NAM)).toHaveProperty('reason');
    },
  );

  it.each(['+14:00', '-12:00', '+05:45', '+1345'])('may have the offset %s', (offset) => {
    expect(readTime(`2021-08-09T10:00:00${offset}`, VIET_NAM)).toMatchObject({ zoneAssumed: false });
  });

  it('that is longer than any is refused at once, however many blanks it has', () => {
    const began = performance.now();
    for (const text of [`2021-08-01${' '.repeat(200_000)}x`, `${' '.repeat(200_000)}2021-08-01T00:00Z`]) {
      expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('longer than 64') });
    }
    expect(performance.now() - began).toBeLessThan(500);
  });

  it('that the clocks showed twice keeps its meaning if the offset says which it is', () => {
    expect(instant('2021-10-31T02:30:00+01:00')).toBe('2021-10-31T01:30:00Z');
    expect(instant('2021-10-31T02:30:00+01:00[Europe/Paris]')).toBe('2021-10-31T01:30:00Z');
  });

  it.each(['2021-08-01', '20210801', '2021', '2021-08'])('that is only a date is refused as such (%s)', (text) => {
    expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('date without a time') });
  });

  it.each([
    '',
    'yesterday',
    '01/08/2021 09:30',
    '2021-02-30T00:00:00Z',
    '2021-02-29T00:00:00Z',
    '2021-13-01T00:00:00Z',
  ])('that is not a time is refused (%s)', (text) => {
    expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('is not an ISO 8601 time') });
  });

  it.each(['09:30:00', '2021-08-01T09:60:00Z', '2021-08-01T25:00:00Z', '1627776000', '2021-08-01T09:30:00Zulu'])(
    'that is only almost a time is refused (%s)',
    (text) => {
      expect(readTime(text, VIET_NAM)).toHaveProperty('reason');
    },
  );

  it.each(['1969-12-31T23:59:59Z', '2106-02-07T06:28:16Z', '2150-01-01T00:00:00+07:00', '0021-08-01T00:00:00Z'])(
    'that the graph cannot hold is refused (%s)',
    (text) => {
      expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('before 1970 or after') });
    },
  );
});

describe('A day', () => {
  const edges = (day: string, zone: string) =>
    (['begin', 'end'] as const).map((edge) => {
      const read = readDay(day, zone, edge);
      return 'instant' in read ? read.instant : read.reason;
    });

  it.each([
    ['2021-08-01', VIET_NAM, '2021-07-31T17:00:00Z', '2021-08-01T17:00:00Z'],
    ['20210801', 'UTC', '2021-08-01T00:00:00Z', '2021-08-02T00:00:00Z'],
    ['2021-10-31', 'Europe/Berlin', '2021-10-30T22:00:00Z', '2021-10-31T23:00:00Z'],
    // Midnight did not exist in Brazil, and occurred twice in Cuba.
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
    ['2021-11-07', 'America/Havana', '2021-11-07T04:00:00Z', '2021-11-08T05:00:00Z'],
  ])('%s is from its beginning until its end in %s', (day, zone, from, until) => {
    expect(edges(day, zone)).toEqual([from, until]);
  });

  it.each(['2021-02-29', '2021-13-01', '20210230'])('that is not in the calendar is refused (%s)', (day) => {
    expect(readDay(day, VIET_NAM, 'begin')).toHaveProperty('reason');
  });
});
