import { describe, expect, it } from '@jest/globals';
import {
  infectiousWindow,
  profileInForce,
  profilesThatCount,
  type Anchors,
  type DiseaseProfile,
} from '../../../src/cases/profile.js';
import { formatInstant, readInstant } from '../../../src/kernel/instant.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';

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
const vietnamese = calendarOf('Asia/Ho_Chi_Minh');

const ONSET = { onsetAt: at('2022-05-09T12:00:00Z'), collectedAt: at('2022-05-10T08:00:00Z') };
const NO_ONSET = { collectedAt: at('2022-05-10T08:00:00Z') };
/** Start, end, and the basis from which the days were counted. */
const windowOf = (id: string, facts: Partial<Anchors>) => {
  const { from, until, basis } = infectiousWindow(shipped(id), known(facts), vietnamese);
  return [formatInstant(from), until === null ? null : formatInstant(until), basis];
};

describe('The days of a window', () => {
  it('are days of the zone, even if clocks change in between', () => {
    const measles = shipped('measles-who');
    const until = { type: 'days' as const, daysAfter: 4 };
    const rules = { ...measles, infectious: { ...measles.infectious, daysBefore: 4, end: until } };
    const window = (rashAt: string) => {
      const at = known({ rashAt: readInstant(rashAt), collectedAt: readInstant(rashAt) });
      return infectiousWindow(rules, at, calendarOf('Europe/Berlin'));
    };
    // On 31 October one hour occurs twice: a meeting at half past midnight of the 28th, four days before, counts.
    expect(window('2021-11-01T00:00:00+01:00').from).toBe(at('2021-10-28T00:00:00+02:00'));
    expect(window('2021-10-28T00:00:00+02:00').until).toBe(at('2021-11-01T00:00:00+01:00'));
    expect(window('2021-03-30T09:00:00+02:00').from).toBe(at('2021-03-26T09:00:00+01:00'));
  });
});

describe("Vietnam's decision 5053", () => {
  it('considers a case infectious from three days before the onset until isolation', () => {
    expect(infectiousWindow(vietnam, known({ onsetAt: at('2021-08-09T12:00:00Z') }), vietnamese)).toEqual({
      from: at('2021-08-06T12:00:00Z'),
      until: null,
      anchorAt: at('2021-08-09T12:00:00Z'),
      basis: 'onset',
    });
  });

  it('counts from sampling when there was no onset', () => {
    expect(infectiousWindow(vietnam, known({}), vietnamese)).toEqual({
      from: at('2021-08-07T08:00:00Z'),
      until: null,
      anchorAt: at('2021-08-10T08:00:00Z'),
      basis: 'sampling',
    });
  });

  it('follows contacts up for 14 days, tests them twice, and considers 2 metres close', () => {
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

describe("Vietnam's official letters 11042 and 1909", () => {
  it.each(['covid-19-vn-11042', 'covid-19-vn-1909'])(
    'consider a case infectious from two days before the onset or sampling, until a sample shows that it is over (%s)',
    (id) => {
      expect(windowOf(id, ONSET)).toEqual(['2022-05-07T12:00:00Z', null, 'onset']);
      expect(windowOf(id, NO_ONSET)).toEqual(['2022-05-08T08:00:00Z', null, 'sampling']);
      expect(shipped(id).infectious.end).toEqual({ type: 'negative', ctAbove: 30, daysAfterAtMost: null });
      expect(shipped(id)).toMatchObject({ minimumMinutes: 15, distanceMetres: 2 });
    },
  );

  it('make an epidemiological factor of sharing without a measured contact', () => {
    const { sharing } = shipped('covid-19-vn-11042');
    expect(sharing).toEqual({ household: 'factor', vehicle: 'factor', group: 'factor' });
  });

  it('let a rapid test confirm contacts, and others only with symptoms or a second test, or later with a factor alone', () => {
    expect(shipped('covid-19-vn-11042').rapidAntigen).toEqual({
      ofContacts: true,
      withFactor: false,
      withSymptoms: true,
      repeatedWithinHours: 8,
      factorNeeded: true,
    });
    expect(shipped('covid-19-vn-1909').rapidAntigen).toMatchObject({ ofContacts: true, withFactor: true });
  });
});

describe('WHO, the US CDC and ECDC', () => {
  it('begin two days before the onset or sampling, and each have their own end', () => {
    expect(windowOf('covid-19-who', ONSET)).toEqual(['2022-05-07T12:00:00Z', '2022-05-22T12:00:00Z', 'onset']);
    expect(windowOf('covid-19-who', NO_ONSET)).toEqual(['2022-05-08T08:00:00Z', '2022-05-23T08:00:00Z', 'sampling']);
    expect(windowOf('covid-19-us-cdc', ONSET)).toEqual(['2022-05-07T12:00:00Z', null, 'onset']);
    expect(windowOf('covid-19-us-cdc', NO_ONSET)).toEqual(['2022-05-08T08:00:00Z', null, 'sampling']);
    expect(windowOf('covid-19-ecdc', ONSET)).toEqual(['2022-05-07T12:00:00Z', '2022-05-19T12:00:00Z', 'onset']);
    expect(windowOf('covid-19-ecdc', NO_ONSET)).toEqual(['2022-05-08T08:00:00Z', '2022-05-20T08:00:00Z', 'sampling']);
  });

  it('require 15 minutes, which add up within a day for the US CDC and ECDC, each at its own distance', () => {
    expect(shipped('covid-19-who')).toMatchObject({ minimumMinutes: 15, withinHours: null, distanceMetres: 1 });
    expect(shipped('covid-19-us-cdc')).toMatchObject({ minimumMinutes: 15, withinHours: 24, distanceMetres: 1.83 });
    expect(shipped('covid-19-ecdc')).toMatchObject({ minimumMinutes: 15, withinHours: 24, distanceMetres: 2 });
  });
});

describe('Measles', () => {
  it('is infectious from four days before the rash to four days after it, whatever else is known', () => {
    const rash = { ...ONSET, rashAt: at('2022-05-12T00:00:00Z') };
    expect(windowOf('measles-who', rash)).toEqual(['2022-05-08T00:00:00Z', '2022-05-16T00:00:00Z', 'rash']);
  });

  it('counts from the onset, or else from sampling, while no rash is known', () => {
    expect(windowOf('measles-who', ONSET)).toEqual(['2022-05-05T12:00:00Z', '2022-05-13T12:00:00Z', 'onset']);
    expect(windowOf('measles-who', NO_ONSET)).toEqual(['2022-05-06T08:00:00Z', '2022-05-14T08:00:00Z', 'sampling']);
  });

  it('reaches everyone in the same air, up to two hours after the case has left, with a follow-up of 21 days', () => {
    expect(shipped('measles-who')).toMatchObject({
      minimumMinutes: 0,
      distanceMetres: null,
      seatRows: null,
      lingeringMinutes: 120,
      followUpDays: 21,
    });
  });
});

describe('MERS', () => {
  it('is infectious from the onset, or from sampling if no onset is known, until isolation', () => {
    expect(windowOf('mers-who', ONSET)).toEqual(['2022-05-09T12:00:00Z', null, 'onset']);
    expect(windowOf('mers-who', NO_ONSET)).toEqual(['2022-05-10T08:00:00Z', null, 'sampling']);
  });

  it('makes contacts of people who live, work or travel with the case, with a follow-up of 14 days', () => {
    expect(shipped('mers-who')).toMatchObject({
      sharing: { household: 'contact', vehicle: 'contact', group: 'contact' },
      followUpDays: 14,
    });
  });
});

describe('Tuberculosis', () => {
  it('is infectious from 90 days before sampling until isolation, whenever the cough began', () => {
    const ninetyDays = ['2022-02-09T08:00:00Z', null, 'sampling'];
    expect(windowOf('tuberculosis-who', ONSET)).toEqual(ninetyDays);
    expect(windowOf('tuberculosis-who', NO_ONSET)).toEqual(ninetyDays);
  });

  it('requires 8 hours in total, over the whole time', () => {
    expect(shipped('tuberculosis-who')).toMatchObject({ minimumMinutes: 480, withinHours: null });
  });
});

describe('An infectious window', () => {
  const tenDays: DiseaseProfile = {
    ...vietnam,
    infectious: { ...vietnam.infectious, daysBefore: 0.5, end: { type: 'days', daysAfter: 10 } },
  };

  it('ends a number of days after its anchor if the profile says so', () => {
    expect(infectiousWindow(tenDays, known({}), vietnamese)).toMatchObject({
      from: at('2021-08-09T20:00:00Z'),
      until: at('2021-08-20T08:00:00Z'),
    });
  });

  it('begins by the earliest anchor if the profile says so, and ends by the first', () => {
    const earliest = (end: DiseaseProfile['infectious']['end'], anchorChoice: 'first' | 'earliest' = 'earliest') => ({
      ...vietnam,
      infectious: { ...vietnam.infectious, anchorChoice, daysBefore: 3, end },
    });
    const tenAfter = { type: 'days', daysAfter: 10 } as const;
    // Sampled on 10 August; symptoms began later, or before.
    const later = known({ onsetAt: at('2021-08-14T08:00:00Z') });
    expect(infectiousWindow(earliest(tenAfter), later, vietnamese)).toEqual({
      from: at('2021-08-07T08:00:00Z'),
      until: at('2021-08-24T08:00:00Z'),
      anchorAt: at('2021-08-10T08:00:00Z'),
      basis: 'sampling',
    });
    expect(infectiousWindow(earliest(tenAfter, 'first'), later, vietnamese).from).toBe(at('2021-08-11T08:00:00Z'));
    const before = known({ onsetAt: at('2021-08-08T08:00:00Z') });
    expect(infectiousWindow(earliest(tenAfter), before, vietnamese)).toEqual(
      infectiousWindow(earliest(tenAfter, 'first'), before, vietnamese),
    );
  });

  it('begins by the earliest anchor for Covid-19, and by the first known for measles, MERS and tuberculosis', () => {
    const choices = builtInProfiles().map(({ disease, infectious }) => `${disease}: ${infectious.anchorChoice}`);
    expect([...new Set(choices)].sort()).toEqual([
      'covid-19: earliest',
      'measles: first',
      'mers: first',
      'tuberculosis: first',
    ]);
  });

  it("is the investigator's if one was stated, separately for each side", () => {
    const from = at('2021-08-01T00:00:00Z');
    const until = at('2021-08-02T00:00:00Z');
    expect(infectiousWindow(tenDays, known({ from, until }), vietnamese)).toMatchObject({
      from,
      until,
      basis: 'investigator',
    });
    expect(infectiousWindow(tenDays, known({ until }), vietnamese)).toMatchObject({
      from: at('2021-08-09T20:00:00Z'),
      until,
      basis: 'investigator',
    });
    expect(infectiousWindow(vietnam, known({ from }), vietnamese)).toMatchObject({ from, until: null });
  });
});

describe('The applicable profile', () => {
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
  const calendar = calendarOf('UTC');
  const on = (instant: string, disease = 'covid-19') =>
    profileInForce({ all: profiles, calendar }, disease, at(instant))?.id;

  it('is the latest that was in effect by then', () => {
    expect(on('2021-12-28T23:59:59Z')).toBe('a');
    expect(on('2022-12-01T00:00:00Z')).toBe('own');
  });

  it('takes effect at the start of its day in the zone, even if clocks change on that day', () => {
    const berlin = calendarOf('Europe/Berlin');
    const all = [version('winter', '2021-01-01'), version('summer', '2021-03-28'), version('autumn', '2021-10-31')];
    const ruling = (instant: string) => profileInForce({ all, calendar: berlin }, 'covid-19', at(instant))?.id;
    expect(['2021-03-27T23:59:59+01:00', '2021-03-28T00:00:00+01:00'].map(ruling)).toEqual(['winter', 'summer']);
    expect(['2021-10-30T23:59:59+02:00', '2021-10-31T00:00:00+02:00'].map(ruling)).toEqual(['summer', 'autumn']);
    const saigon = calendarOf('Asia/Ho_Chi_Minh');
    const there = (instant: string) => profileInForce({ all, calendar: saigon }, 'covid-19', at(instant))?.id;
    expect(['2021-10-30T16:59:59Z', '2021-10-30T17:00:00Z'].map(there)).toEqual(['summer', 'autumn']);
  });

  it('is, of those that take effect on the same day, the one added last', () => {
    expect(on('2021-12-29T00:00:00Z')).toBe('own');
  });

  it('is the earliest for events before all of them', () => {
    expect(on('2012-04-18T00:00:00Z')).toBe('a');
  });

  it('belongs to the requested disease', () => {
    expect(on('2022-01-01T00:00:00Z', 'measles')).toBe('other');
    expect(on('2022-01-01T00:00:00Z', 'plague')).toBeUndefined();
  });
});

describe('The profiles in use', () => {
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

  it("are, for each disease, those of the tenant's authority", () => {
    expect(counted('who')).toEqual(['covid-who', 'measles-who']);
  });

  it('are all built-in ones if the authority has none for that disease', () => {
    expect(counted('vn')).toEqual(['covid-vn', 'measles-who', 'measles-ecdc']);
    expect(counted('own')).toEqual(builtIn.map(({ id }) => id));
  });

  it('always include those that the tenant added, last and in their order, whatever their authority', () => {
    const added = [profile('mine-2', 'covid-19', 'own'), profile('mine-1', 'plague', 'us-cdc')];
    expect(counted('vn', added)).toEqual(['measles-who', 'measles-ecdc', 'mine-2', 'mine-1']);
  });

  it("no longer include built-in ones from the day on which a tenant's own first takes effect", () => {
    const mine = { ...profile('mine', 'covid-19', 'own'), effectiveFrom: '2021-06-01' };
    const all = profilesThatCount(builtInProfiles(), [mine], 'vn');
    const ruling = (day: string) =>
      profileInForce({ all, calendar: calendarOf('UTC') }, 'covid-19', at(`${day}T00:00:00Z`))?.id;
    expect(['2021-05-31', '2021-06-01', '2022-01-01', '2022-06-01'].map(ruling)).toEqual([
      'covid-19-vn-5053',
      'mine',
      'mine',
      'mine',
    ]);
  });

  it("may include a tenant's own profile beside those of its authority", () => {
    const mine = { ...profile('mine', 'covid-19', 'who'), effectiveFrom: vietnam.effectiveFrom };
    const all = profilesThatCount(builtIn, [mine], 'vn');
    expect(profileInForce({ all, calendar: calendarOf('UTC') }, 'covid-19', at('2022-01-01T00:00:00Z'))?.id).toBe(
      'mine',
    );
  });

  it("put each of Vietnam's letters into effect on its day", () => {
    const ofVietnam = profilesThatCount(builtInProfiles(), [], 'vn');
    const on = (instant: string) =>
      profileInForce({ all: ofVietnam, calendar: calendarOf('Asia/Ho_Chi_Minh') }, 'covid-19', at(instant))?.id;
    expect(on('2021-12-28T23:59:59+07:00')).toBe('covid-19-vn-5053');
    expect(on('2021-12-29T00:00:00+07:00')).toBe('covid-19-vn-11042');
    expect(on('2022-04-15T00:00:00Z')).toBe('covid-19-vn-1909');
  });
});
