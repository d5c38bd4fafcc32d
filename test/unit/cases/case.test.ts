import type { CaseEvent } from '../../../src/cases/events.js';
import type { TestResult } from '../../../src/samples/events.js';
import { describe, expect, it } from '@jest/globals';
import { belongsToCase, caseDecider, firstCollected, type CaseCommand } from '../../../src/cases/case.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { given as givenOf } from '../../support/decider-spec.js';
import { confirmed } from '../../support/builders/cases.js';
import { resultOf } from '../../support/builders/results.js';

const caseId = 'case-of-an';
const vietnam = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;

const profile: DiseaseProfile = {
  ...vietnam,
  id: 'rules',
  version: 2,
  disease: 'covid-19',
  name: 'Rules',
  source: 'a test',
  effectiveFrom: '2020-01-01',
  infectious: { ...vietnam.infectious, daysBefore: 3, end: { type: 'isolation' } },
  minimumMinutes: 0,
  distanceMetres: null,
  reinfectionDays: 90,
  followUpDays: 14,
  testDays: [1],
  greatestDegree: 2,
};

const positive = (sampleId: string, collectedAt: string, more: Partial<TestResult> = {}) =>
  resultOf('An', { sampleId, collectedAt, ...more });

const calendar = calendarOf('Asia/Ho_Chi_Minh');
const first = positive('s1', '2021-08-10T08:00:00Z');
const second = positive('s2', '2021-08-12T08:00:00Z', { onsetAt: '2021-08-09T00:00:00Z' });
const confirm = (result: TestResult): CaseCommand => ({ type: 'ConfirmBySample', caseId, result, profile, calendar });
const withdraw = (sampleId: string): CaseCommand => ({
  type: 'WithdrawSample',
  caseId,
  sampleId,
  profile,
  calendar,
  reason: 'retracted',
});

const window = (from: string, anchorAt: string, basis: string, until: string | null = null): CaseEvent =>
  ({
    type: 'InfectiousWindowChanged',
    data: { caseId, from, until, anchorAt, basis, profileId: 'rules', profileVersion: 2 },
  }) as CaseEvent;

const types = (events: CaseEvent[]) => events.map(({ type }) => type);

const { after } = givenOf(caseDecider);

describe('A case', () => {
  it('is confirmed by a positive sample, and infectious from a number of days before it was collected', () => {
    after()
      .when(confirm(first))
      .then(
        confirmed(caseId, 'An', { sampleId: 's1', collectedAt: first.collectedAt }),
        window('2021-08-07T08:00:00Z', '2021-08-10T08:00:00Z', 'sampling'),
      );
  });

  it('changes nothing when the same sample is confirmed again', () => {
    after(confirm(first)).when(confirm(first)).then();
    after(confirm(first))
      .when(confirm({ ...first, reportedAt: '2021-08-11T00:00:00Z' }))
      .then();
  });

  it('moves its window to the onset that a second sample reports', () => {
    const events = after(confirm(first)).when(confirm(second)).events;
    expect(types(events)).toEqual(['CaseConfirmed', 'InfectiousWindowChanged']);
    expect(events[1]).toEqual(window('2021-08-06T00:00:00Z', '2021-08-09T00:00:00Z', 'onset'));
  });

  it('keeps its window if another sample reports nothing earlier', () => {
    const later = positive('s3', '2021-08-20T08:00:00Z');
    expect(after(confirm(first)).when(confirm(later)).types).toEqual(['CaseConfirmed']);
  });

  it('has the same window whichever sample came first', () => {
    const one = after(confirm(first), confirm(second)).state.window;
    expect(after(confirm(second), confirm(first)).state.window).toEqual(one);
  });

  it("prefers an investigator's own window to the profile's, even if only one side of it is stated", () => {
    const own = { infectiousFrom: '2021-08-01T00:00:00Z', infectiousUntil: '2021-08-05T00:00:00Z' };
    const at = first.collectedAt;
    expect(after().when(confirm({ ...first, ...own })).events[1]).toEqual(
      window('2021-08-01T00:00:00Z', at, 'investigator', '2021-08-05T00:00:00Z'),
    );
    expect(after().when(confirm({ ...first, ...own, infectiousFrom: null })).events[1]).toEqual(
      window('2021-08-07T08:00:00Z', at, 'investigator', '2021-08-05T00:00:00Z'),
    );
    expect(after().when(confirm({ ...first, ...own, infectiousUntil: null })).events[1]).toEqual(
      window('2021-08-01T00:00:00Z', at, 'investigator'),
    );
  });

  it('is confirmed again if facts of its sample were corrected', () => {
    const corrected = { ...first, onsetAt: '2021-08-05T00:00:00Z' };
    expect(after(confirm(first)).when(confirm(corrected)).types).toEqual(['CaseConfirmed', 'InfectiousWindowChanged']);
  });

  it('stays while another sample confirms it, with the window from that sample', () => {
    after(confirm(first), confirm(second))
      .when(withdraw('s2'))
      .then(
        { type: 'CaseEvidenceWithdrawn', data: { caseId, sampleId: 's2' } },
        window('2021-08-07T08:00:00Z', '2021-08-10T08:00:00Z', 'sampling'),
      );
  });

  it('is retracted with its last sample, once', () => {
    const retracted: CaseEvent = { type: 'CaseRetracted', data: { caseId, reason: 'retracted' } };
    after(confirm(first)).when(withdraw('s1')).then(retracted);
    after(confirm(first), withdraw('s1')).when(withdraw('s1')).then();
    after().when(withdraw('s1')).then();
  });

  it('is live again if its sample turns positive again', () => {
    const events = after(confirm(first), withdraw('s1')).when(confirm(first)).events;
    expect(types(events)).toEqual(['CaseConfirmed', 'InfectiousWindowChanged']);
    expect(after(confirm(first), withdraw('s1'), confirm(first)).state.status).toBe('live');
  });

  it('counts samples up to a number of days apart as the same illness', () => {
    const state = after(confirm(first)).state;
    const at = (collectedAt: string) => belongsToCase(state, { sampleId: 's9', collectedAt }, 90, calendar);
    expect(at('2021-11-08T08:00:00Z')).toBe(true);
    expect(at('2021-11-08T08:00:01Z')).toBe(false);
    expect(at('2021-05-12T08:00:00Z')).toBe(true);
    expect(at('2021-05-12T07:59:59Z')).toBe(false);
  });

  it('counts those days as the zone does, even if clocks change in between', () => {
    const berlin = calendarOf('Europe/Berlin');
    const state = after(confirm(positive('s1', '2021-08-10T08:00:00Z'))).state;
    const at = (collectedAt: string) => belongsToCase(state, { sampleId: 's9', collectedAt }, 90, berlin);
    expect(at('2021-11-08T10:00:00+01:00')).toBe(true);
    expect(at('2021-11-08T10:00:01+01:00')).toBe(false);
  });

  it('keeps its only sample whatever its date is corrected to', () => {
    const state = after(confirm(first)).state;
    expect(belongsToCase(state, { sampleId: 's1', collectedAt: '2020-01-01T00:00:00Z' }, 90, calendar)).toBe(true);
    const two = after(confirm(first), confirm(second)).state;
    expect(belongsToCase(two, { sampleId: 's1', collectedAt: '2020-01-01T00:00:00Z' }, 90, calendar)).toBe(false);
  });

  it('follows the rules of the day on which its first sample was collected', () => {
    const state = after(confirm(second), confirm(first)).state;
    expect(firstCollected(state, { sampleId: 's3', collectedAt: '2021-08-20T08:00:00Z' })).toBe(first.collectedAt);
    expect(firstCollected(state, { sampleId: 's3', collectedAt: '2021-08-01T08:00:00Z' })).toBe('2021-08-01T08:00:00Z');
    expect(firstCollected(state, { sampleId: 's1' })).toBe(second.collectedAt);
    expect(firstCollected(after(confirm(first)).state, { sampleId: 's1' })).toBeUndefined();
  });
});
