import type { TestResult } from '../../../src/samples/events.js';
import { describe, expect, it } from '@jest/globals';
import {
  isOfNothing,
  sampleDecider,
  standingOf,
  wordKey,
  type SampleCommand,
  type SampleState,
  type StateResult,
} from '../../../src/samples/sample.js';
import { RESULT_NOT_HELD } from '../../../src/samples/problems.js';
import { given as givenOf, refusal } from '../../support/decider-spec.js';
import { resultOf } from '../../support/builders/results.js';

const data = resultOf('An', { sampleId: 's1', method: 'pcr', reportedAt: '2021-08-11T08:00:00Z' });
const report = (more: Partial<TestResult> = {}): StateResult => ({
  type: 'ReportResult',
  data: { ...data, ...more },
});
const retraction = { sampleId: 's1', personId: 'An', disease: 'covid-19', reportedAt: '2021-08-12T08:00:00Z' };
const retract: StateResult = { type: 'RetractResult', data: retraction };

const { after } = givenOf(sampleDecider);
const holding = ({ words }: SampleState, disease: string) => words.get(wordKey('An', disease))?.result;

describe('A sample', () => {
  it('is collected with the first known result', () => {
    after()
      .when(report())
      .then(
        {
          type: 'SampleCollected',
          data: { sampleId: 's1', disease: 'covid-19', collectedAt: data.collectedAt, poolSize: 1 },
        },
        { type: 'TestResultReported', data },
      );
  });

  it('is unchanged by the same result', () => {
    after(report()).when(report()).then();
  });

  it.each<Partial<TestResult>>([
    { result: 'negative' },
    { collectedAt: '2021-08-09T08:00:00Z' },
    { reportedAt: '2021-08-13T08:00:00Z' },
    { poolSize: 10 },
    { onsetAt: '2021-08-09T00:00:00Z' },
    { infectiousFrom: '2021-08-09T00:00:00Z' },
    { infectiousUntil: '2021-08-20T00:00:00Z' },
  ])('is corrected by another %p', (changed) => {
    after(report())
      .when(report(changed))
      .then({ type: 'TestResultCorrected', data: { ...data, ...changed } });
  });

  it('has a result for each person of the tube', () => {
    const binh = { ...data, personId: 'Binh', poolSize: 2 };
    after(report({ poolSize: 2 }))
      .when({ type: 'ReportResult', data: binh })
      .then({ type: 'TestResultReported', data: binh });
    after(report({ poolSize: 2 }), { type: 'ReportResult', data: binh })
      .when({ type: 'ReportResult', data: binh })
      .then();
  });

  it('has a result retracted once', () => {
    after(report()).when(retract).then({ type: 'TestResultRetracted', data: retraction });
    after(report(), retract).when(retract).then();
  });

  it('keeps a retraction that arrives before its result, and says for whom nothing was reported', () => {
    after().when(retract).then({ type: 'TestResultRetracted', data: retraction });
    const state = after(retract, report()).state;
    expect(holding(state, 'covid-19')).toBeNull();
    expect(holding(after(retract, report({ reportedAt: '2021-08-13T08:00:00Z' })).state, 'covid-19')).not.toBeNull();

    const ofBinh: StateResult = { type: 'RetractResult', data: { ...retraction, personId: 'Binh' } };
    expect([retract, ofBinh].map((each) => isOfNothing(each, after().state))).toEqual([true, true]);
    expect([retract, ofBinh].map((each) => isOfNothing(each, after(retract).state))).toEqual([true, true]);
    expect([retract, ofBinh].map((each) => isOfNothing(each, state))).toEqual([false, true]);
  });

  it('treats a retracted result that is stated again as a correction', () => {
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(after(report(), retract).when(anew).types).toEqual(['TestResultCorrected']);
  });

  it('goes back and forth between results that are each stated again', () => {
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(after(report(), report({ result: 'negative' })).when(anew).types).toEqual(['TestResultCorrected']);
  });

  it('does not go back to an earlier statement by a repeat', () => {
    const negative = report({ result: 'negative' });
    after(report(), negative).when(report()).then();
    after(report(), retract).when(report()).then();
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    after(report(), retract, anew).when(retract).then();
  });

  it('treats the same statement about another person as different', () => {
    const binh = (result: 'positive' | 'negative') => report({ personId: 'Binh', result });
    expect(after(report(), report({ result: 'negative' }), binh('negative')).when(binh('positive')).types).toEqual([
      'TestResultCorrected',
    ]);
  });

  it('keeps results of two diseases separately', () => {
    const mers = report({ disease: 'mers', result: 'negative' });
    const state = after(report(), mers, { type: 'RetractResult', data: { ...retraction, disease: 'mers' } }).state;
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'positive' });
    expect(holding(state, 'mers')).toBeNull();
    const ofMeasles: StateResult = { type: 'RetractResult', data: { ...retraction, disease: 'measles' } };
    expect(holding(after(report(), ofMeasles).state, 'covid-19')).toMatchObject({ result: 'positive' });
  });

  it.each([
    ['in order', ['08-11', '08-12']],
    ['newest first', ['08-12', '08-11']],
  ])("follows the laboratory's latest report, in a list that is %s", (_, days) => {
    const outcomes = { '08-11': 'positive', '08-12': 'negative' } as const;
    const state = after(
      ...days.map((day) => report({ result: outcomes[day as '08-11'], reportedAt: `2021-${day}T18:00:00Z` })),
    ).state;
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'negative' });
  });

  it('stores a report that arrives late, and stays retracted', () => {
    const late = report({ result: 'inconclusive', reportedAt: '2021-08-11T20:00:00Z' });
    expect(after(report(), retract).when(late).types).toEqual(['TestResultCorrected']);
    expect(holding(after(report(), retract, late).state, 'covid-19')).toBeNull();
  });

  it('follows the last arrival among reports with one time', () => {
    const state = after(report(), report({ result: 'negative' }), report({ result: 'inconclusive' })).state;
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'inconclusive' });
  });

  it('keeps what was restored on purpose until something is reported after everything known', () => {
    const corrected = report({ result: 'negative', reportedAt: '2021-08-13T08:00:00Z' });
    const back = { ...report(), deliberate: true };
    expect(holding(after(report(), corrected, back).state, 'covid-19')).toMatchObject({ result: 'positive' });
    const between = report({ result: 'inconclusive', reportedAt: '2021-08-12T08:00:00Z' });
    expect(holding(after(report(), corrected, back, between).state, 'covid-19')).toMatchObject({ result: 'positive' });
    const later = report({ result: 'inconclusive', reportedAt: '2021-08-14T08:00:00Z' });
    expect(holding(after(report(), corrected, back, later).state, 'covid-19')).toMatchObject({
      result: 'inconclusive',
    });
  });

  it('says whether a repeated statement still holds', () => {
    const corrected = report({ result: 'negative' });
    expect(standingOf(report(), after(report()).state)).toBe('holds');
    expect(standingOf(report(), after(report(), corrected).state)).toBe('otherwise');
    expect(standingOf(corrected, after(report(), corrected).state)).toBe('holds');
    expect(standingOf(retract, after(report(), retract).state)).toBe('holds');
  });

  it('goes back on purpose', () => {
    const onPurpose = (command: StateResult) => ({ ...command, deliberate: true });
    expect(after(report(), report({ result: 'negative' })).when(onPurpose(report())).types).toEqual([
      'TestResultCorrected',
    ]);
    expect(after(report(), retract).when(onPurpose(report())).types).toEqual(['TestResultCorrected']);
    after(report()).when(onPurpose(report())).then();
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(after(report(), retract, anew).when(onPurpose(retract)).types).toEqual(['TestResultRetracted']);
    after(report(), retract).when(onPurpose(retract)).then();
  });
});

describe('A result with an impossible date', () => {
  const onset = { onsetAt: '2021-04-01T00:00:00Z' };
  const doubted = (more: Partial<TestResult> = {}): SampleCommand => ({
    ...(report({ ...onset, ...more }) as { type: 'ReportResult'; data: TestResult }),
    doubts: ['onset_at is 131 days before collected_at'],
  });
  const settle = (outcome: 'released' | 'refused'): SampleCommand => {
    const { reportedAt: _, ...named } = retraction;
    return { type: 'SettleHeld', data: { ...named, outcome, reason: 'asked the ward' } };
  };

  it('is held, and counts for nothing', () => {
    expect(after().when(doubted()).types).toEqual(['SampleCollected', 'ResultHeld']);
    expect(holding(after(doubted()).state, 'covid-19')).toBeUndefined();
    expect(standingOf(report(onset), after(doubted()).state)).toBe('held');
    after(doubted()).when(doubted()).then();
  });

  it('counts once a person releases it, and never once it was refused', () => {
    expect(after(doubted()).when(settle('released')).types).toEqual(['TestResultReported', 'HeldResultSettled']);
    expect(holding(after(doubted(), settle('released')).state, 'covid-19')).toMatchObject(onset);
    expect(after(doubted()).when(settle('refused')).types).toEqual(['HeldResultSettled']);
    expect(holding(after(doubted(), settle('refused')).state, 'covid-19')).toBeUndefined();
    after(doubted(), settle('refused')).when(settle('released')).then(refusal(RESULT_NOT_HELD));
    after(doubted(), settle('refused')).when(doubted()).then();
  });

  it('leaves the earlier result until it is released', () => {
    const later = { reportedAt: '2021-08-12T08:00:00Z' };
    expect(holding(after(report(), doubted(later)).state, 'covid-19')).toMatchObject({ onsetAt: null });
    expect(holding(after(report(), doubted(later), settle('released')).state, 'covid-19')).toMatchObject(onset);
  });

  it('no longer waits after the laboratory reports something else, or retracts it', () => {
    const right = report({ onsetAt: '2021-08-08T00:00:00Z', reportedAt: '2021-08-12T08:00:00Z' });
    after(doubted(), right).when(settle('released')).then(refusal(RESULT_NOT_HELD));
    expect(after(doubted()).when(retract).types).toEqual(['TestResultRetracted']);
    after(doubted(), retract).when(settle('released')).then(refusal(RESULT_NOT_HELD));
  });

  it('is not held if a later report counts anyway', () => {
    const later = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(after(later).when(doubted()).types).toEqual(['TestResultCorrected']);
  });
});
