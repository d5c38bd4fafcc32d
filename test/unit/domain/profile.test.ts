import { describe, expect, it } from '@jest/globals';
import { infectiousWindow, profileInForce, type Anchors, type DiseaseProfile } from '../../../src/domain/profile.js';
import { readInstant } from '../../../src/domain/instant.js';
import { builtInProfiles } from '../../../src/log/profiles.js';

const at = readInstant;
const known = (more: Partial<Anchors>): Anchors => ({
  collectedAt: at('2021-08-10T08:00:00Z'),
  onsetAt: null,
  rashAt: null,
  from: null,
  until: null,
  ...more,
});

const vietnam = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;

describe("Vietnam's decision 5053", () => {
  it('takes a case for infectious from three days before the onset until isolation', () => {
    expect(infectiousWindow(vietnam, known({ onsetAt: at('2021-08-09T12:00:00Z') }))).toEqual({
      from: at('2021-08-06T12:00:00Z'),
      until: null,
      anchorAt: at('2021-08-09T12:00:00Z'),
      basis: 'onset',
    });
  });

  it('counts from sampling when there was no onset', () => {
    expect(infectiousWindow(vietnam, known({}))).toEqual({
      from: at('2021-08-07T08:00:00Z'),
      until: null,
      anchorAt: at('2021-08-10T08:00:00Z'),
      basis: 'sampling',
    });
  });

  it('follows contacts for 14 days, tests them twice, and takes 2 metres for close', () => {
    expect(vietnam).toMatchObject({
      disease: 'covid-19',
      effectiveFrom: '2020-12-03',
      minimumMinutes: 0,
      distanceMetres: 2,
      followUpDays: 14,
      testDays: [1, 14],
      greatestDegree: 2,
    });
  });
});

describe('An infectious window', () => {
  const tenDays: DiseaseProfile = {
    ...vietnam,
    infectious: { ...vietnam.infectious, daysBefore: 0.5, end: { type: 'days', daysAfter: 10 } },
  };

  it('ends so many days after its anchor where the profile says so', () => {
    expect(infectiousWindow(tenDays, known({}))).toMatchObject({
      from: at('2021-08-09T20:00:00Z'),
      until: at('2021-08-20T08:00:00Z'),
    });
  });

  it("is the investigator's where one was stated, each side for itself", () => {
    const from = at('2021-08-01T00:00:00Z');
    const until = at('2021-08-02T00:00:00Z');
    expect(infectiousWindow(tenDays, known({ from, until }))).toMatchObject({ from, until, basis: 'investigator' });
    expect(infectiousWindow(tenDays, known({ until }))).toMatchObject({
      from: at('2021-08-09T20:00:00Z'),
      until,
      basis: 'investigator',
    });
    expect(infectiousWindow(vietnam, known({ from }))).toMatchObject({ from, until: null });
  });
});

describe('The profile in force', () => {
  const version = (id: string, effectiveFrom: string, disease = 'covid-19'): DiseaseProfile => ({
    ...vietnam,
    id,
    effectiveFrom,
    disease,
  });
  const profiles = [
    version('b', '2021-12-29'),
    version('a', '2020-12-03'),
    version('own', '2021-12-29'),
    version('other', '2019-01-01', 'measles'),
  ];
  const on = (instant: string, disease = 'covid-19') => profileInForce(profiles, disease, at(instant))?.id;

  it('is the latest that was effective by then', () => {
    expect(on('2021-12-28T23:59:59Z')).toBe('a');
    expect(on('2022-12-01T00:00:00Z')).toBe('own');
  });

  it('is, of those effective on the same day, the one added last', () => {
    expect(on('2021-12-29T00:00:00Z')).toBe('own');
  });

  it('is the earliest for what happened before all of them', () => {
    expect(on('2012-04-18T00:00:00Z')).toBe('a');
  });

  it('is of the disease asked for', () => {
    expect(on('2022-01-01T00:00:00Z', 'measles')).toBe('other');
    expect(on('2022-01-01T00:00:00Z', 'plague')).toBeUndefined();
  });
});
