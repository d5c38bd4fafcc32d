import { describe, expect, it } from '@jest/globals';
import {
  infectiousWindow,
  profileInForce,
  profilesThatCount,
  type Anchors,
  type DiseaseProfile,
} from '../../../src/domain/profile.js';
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

const shipped = (wanted: string) => builtInProfiles().find(({ id }) => id === wanted) as DiseaseProfile;
const vietnam = shipped('covid-19-vn-5053');

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

describe('The profiles that count', () => {
  const profile = (id: string, disease: string, authority: string): DiseaseProfile => ({
    ...vietnam,
    id,
    disease,
    authority,
  });
  const builtIn = [
    profile('covid-vn', 'covid-19', 'vn'),
    profile('covid-who', 'covid-19', 'who'),
    profile('measles-who', 'measles', 'who'),
    profile('measles-ecdc', 'measles', 'ecdc'),
  ];
  const counted = (authority: string, added: readonly DiseaseProfile[] = []) =>
    profilesThatCount(builtIn, added, authority).map(({ id }) => id);

  it("are, of each disease, those of the tenant's authority", () => {
    expect(counted('who')).toEqual(['covid-who', 'measles-who']);
  });

  it('are all of the program where the authority has none of that disease', () => {
    expect(counted('vn')).toEqual(['covid-vn', 'measles-who', 'measles-ecdc']);
    expect(counted('own')).toEqual(builtIn.map(({ id }) => id));
  });

  it('are always those that the tenant added, last and in their order, whatever their authority', () => {
    const added = [profile('mine-2', 'covid-19', 'own'), profile('mine-1', 'plague', 'us-cdc')];
    expect(counted('vn', added)).toEqual(['covid-vn', 'measles-who', 'measles-ecdc', 'mine-2', 'mine-1']);
  });

  it("do not keep a tenant's own profile from standing beside those of its authority", () => {
    const mine = { ...profile('mine', 'covid-19', 'who'), effectiveFrom: vietnam.effectiveFrom };
    const all = profilesThatCount(builtIn, [mine], 'vn');
    expect(profileInForce(all, 'covid-19', at('2022-01-01T00:00:00Z'))?.id).toBe('mine');
  });
});
