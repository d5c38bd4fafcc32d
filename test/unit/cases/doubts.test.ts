import { describe, expect, it } from '@jest/globals';
import { doubtsOf } from '../../../src/cases/doubts.js';
import { calendarOf } from '../../../src/platform/calendar.js';

const rules = { reinfectionDays: 90, followUpDays: 14 };
const sample = {
  ...{ result: 'positive' as const, collectedAt: '2021-08-10T08:00:00Z' },
  ...{ onsetAt: null, rashAt: null, infectiousFrom: null, infectiousUntil: null },
};
const columns = (more: Partial<typeof sample> | Record<string, unknown>, zone = 'UTC') =>
  doubtsOf({ ...sample, ...more } as typeof sample, rules, calendarOf(zone)).map(({ column }) => column);

describe('What a profile makes impossible', () => {
  it.each([
    [{ onsetAt: '2021-05-01T08:00:00Z' }, ['onset_at']],
    [{ rashAt: '2021-05-01T08:00:00Z' }, ['rash_at']],
    [
      { infectiousFrom: '2021-05-01T08:00:00Z', infectiousUntil: '2021-05-05T08:00:00Z' },
      ['infectious_from', 'infectious_until'],
    ],
    [{ onsetAt: '2021-08-25T08:00:00Z' }, ['onset_at']],
  ])('is another illness before the sample, or symptoms long after it: %j', (dates, expected) => {
    expect(columns(dates)).toEqual(expected);
  });

  it.each([
    {},
    { onsetAt: '2021-05-12T08:00:00Z' },
    { onsetAt: '2021-08-24T08:00:00Z' },
    { infectiousUntil: '2021-12-01T08:00:00Z' },
    { result: 'negative', onsetAt: '2021-05-01T08:00:00Z' },
  ])('is nothing else: %j', (dates) => {
    expect(columns(dates)).toEqual([]);
  });

  it('is judged by days of the zone, whatever the hours of the sample and of the symptoms', () => {
    const zone = 'Asia/Ho_Chi_Minh';
    // Symptoms "on 24 August" begin at the start of that day; the sample is from the morning of the 10th, or the
    // evening before.
    expect(columns({ onsetAt: '2021-08-23T17:00:00Z', collectedAt: '2021-08-10T01:00:00Z' }, zone)).toEqual([]);
    expect(columns({ onsetAt: '2021-08-24T16:59:59Z', collectedAt: '2021-08-10T01:00:00Z' }, zone)).toEqual([]);
    expect(columns({ onsetAt: '2021-08-24T17:00:00Z', collectedAt: '2021-08-10T16:00:00Z' }, zone)).toEqual([
      'onset_at',
    ]);
  });
});
