import { describe, expect, it } from '@jest/globals';
import { readTime } from '../../../src/ingest/times.js';

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

  it('without zone is one of the zone given, and this is said', () => {
    expect(readTime('2021-08-01T09:30', VIET_NAM)).toEqual({ instant: '2021-08-01T02:30:00Z', zoneAssumed: true });
    expect(readTime('2021-08-01 09:30:15', 'America/New_York')).toEqual({
      instant: '2021-08-01T13:30:15Z',
      zoneAssumed: true,
    });
  });

  it('that the clocks showed twice is the first of the two', () => {
    expect(instant('2021-10-31T02:30:00', 'Europe/Paris')).toBe('2021-10-31T00:30:00Z');
    expect(instant('2021-10-31T02:30:00[Europe/Paris]')).toBe('2021-10-31T00:30:00Z');
  });

  it('that the clocks showed twice keeps its meaning where the offset says which it is', () => {
    expect(instant('2021-10-31T02:30:00+01:00')).toBe('2021-10-31T01:30:00Z');
    expect(instant('2021-10-31T02:30:00+01:00[Europe/Paris]')).toBe('2021-10-31T01:30:00Z');
  });

  it.each(['2021-03-28T02:30:00', '2021-03-28T02:30:00[Europe/Paris]'])(
    'that the clocks skipped is refused (%s)',
    (text) => {
      expect(readTime(text, 'Europe/Paris')).toMatchObject({ reason: expect.stringContaining('did not exist') });
      expect(instant('2021-03-28T02:30:00', VIET_NAM)).toBe('2021-03-27T19:30:00Z');
    },
  );

  it.each(['2021-08-01', '20210801', '2021', '2021-08'])('that is a date alone is refused as such (%s)', (text) => {
    expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('date without a time') });
  });

  it.each([
    '',
    'yesterday',
    '01/08/2021 09:30',
    '2021-02-30T00:00:00Z',
    '2021-02-29T00:00:00Z',
    '2021-13-01T00:00:00Z',
  ])('that is none is refused (%s)', (text) => {
    expect(readTime(text, VIET_NAM)).toMatchObject({ reason: expect.stringContaining('is no ISO 8601 time') });
  });

  it.each(['09:30:00', '2021-08-01T09:60:00Z', '2021-08-01T25:00:00Z', '1627776000', '2021-08-01T09:30:00Zulu'])(
    'that is only nearly one is refused (%s)',
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
