import type { SampleEvent, TestResult } from '../../../src/samples/events.js';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/kernel/decider.js';
import {
  isOfNothing,
  sampleDecider,
  standingOf,
  wordKey,
  type SampleCommand,
  type SampleState,
  type StateResult,
} from '../../../src/samples/sample.js';

const data: TestResult = {
  sampleId: 's1',
  personId: 'An',
  disease: 'covid-19',
  collectedAt: '2021-08-10T08:00:00Z',
  reportedAt: '2021-08-11T08:00:00Z',
  result: 'positive',
  poolSize: 1,
  onsetAt: null,
  infectiousFrom: null,
  infectiousUntil: null,
  rashAt: null,
  method: null,
  ct: null,
};
const report = (more: Partial<TestResult> = {}): StateResult => ({
  type: 'ReportResult',
  data: { ...data, ...more },
});
const retraction = { sampleId: 's1', personId: 'An', disease: 'covid-19', reportedAt: '2021-08-12T08:00:00Z' };
const retract: StateResult = { type: 'RetractResult', data: retraction };

function when(command: SampleCommand, ...before: SampleCommand[]): SampleEvent[] {
  const events: SampleEvent[] = [];
  for (const each of before) events.push(...sampleDecider.decide(each, fold(sampleDecider, events)));
  return sampleDecider.decide(command, fold(sampleDecider, events));
}

const after = (...commands: SampleCommand[]) => {
  const events: SampleEvent[] = [];
  for (const each of commands) events.push(...sampleDecider.decide(each, fold(sampleDecider, events)));
  return fold(sampleDecider, events);
};
const holding = ({ words }: SampleState, disease: string) => words.get(wordKey('An', disease))?.result;
const types = (events: SampleEvent[]) => events.map(({ type }) => type);

describe('A sample', () => {
  it('is collected with the first result that is heard of it', () => {
    expect(when(report())).toEqual([
      {
        type: 'SampleCollected',
        data: { sampleId: 's1', disease: 'covid-19', collectedAt: data.collectedAt, poolSize: 1 },
      },
      { type: 'TestResultReported', data },
    ]);
  });

  it('says nothing new when the same result comes again', () => {
    expect(when(report(), report())).toEqual([]);
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
    expect(when(report(changed), report())).toEqual([{ type: 'TestResultCorrected', data: { ...data, ...changed } }]);
  });

  it('holds a result for each person of the tube', () => {
    const binh = { ...data, personId: 'Binh', poolSize: 2 };
    expect(when({ type: 'ReportResult', data: binh }, report({ poolSize: 2 }))).toEqual([
      { type: 'TestResultReported', data: binh },
    ]);
    expect(
      when({ type: 'ReportResult', data: binh }, report({ poolSize: 2 }), { type: 'ReportResult', data: binh }),
    ).toEqual([]);
  });

  it('has a result retracted once', () => {
    expect(when(retract, report())).toEqual([{ type: 'TestResultRetracted', data: retraction }]);
    expect(when(retract, report(), retract)).toEqual([]);
  });

  it('keeps a retraction that comes before what it takes back, and says of whom nothing was reported', () => {
    expect(when(retract)).toEqual([{ type: 'TestResultRetracted', data: retraction }]);
    const state = after(retract, report());
    expect(holding(state, 'covid-19')).toBeNull();
    expect(holding(after(retract, report({ reportedAt: '2021-08-13T08:00:00Z' })), 'covid-19')).not.toBeNull();

    const ofBinh: StateResult = { type: 'RetractResult', data: { ...retraction, personId: 'Binh' } };
    expect([retract, ofBinh].map((each) => isOfNothing(each, after()))).toEqual([true, true]);
    expect([retract, ofBinh].map((each) => isOfNothing(each, after(retract)))).toEqual([true, true]);
    expect([retract, ofBinh].map((each) => isOfNothing(each, state))).toEqual([false, true]);
  });

  it('takes a retracted result that is stated anew for a correction', () => {
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(types(when(anew, report(), retract))).toEqual(['TestResultCorrected']);
  });

  it('goes back and forth between results that are each stated anew', () => {
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(types(when(anew, report(), report({ result: 'negative' })))).toEqual(['TestResultCorrected']);
  });

  it('is not brought back to what was stated before by the same statement', () => {
    const negative = report({ result: 'negative' });
    expect(when(report(), report(), negative)).toEqual([]);
    expect(when(report(), report(), retract)).toEqual([]);
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(when(retract, report(), retract, anew)).toEqual([]);
  });

  it('takes the same statement of another person for another', () => {
    const binh = (result: 'positive' | 'negative') => report({ personId: 'Binh', result });
    expect(types(when(binh('positive'), report(), report({ result: 'negative' }), binh('negative')))).toEqual([
      'TestResultCorrected',
    ]);
  });

  it('keeps results of two diseases beside each other', () => {
    const mers = report({ disease: 'mers', result: 'negative' });
    const state = after(report(), mers, { type: 'RetractResult', data: { ...retraction, disease: 'mers' } });
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'positive' });
    expect(holding(state, 'mers')).toBeNull();
    const ofMeasles: StateResult = { type: 'RetractResult', data: { ...retraction, disease: 'measles' } };
    expect(holding(after(report(), ofMeasles), 'covid-19')).toMatchObject({ result: 'positive' });
  });

  it.each([
    ['in order', ['08-11', '08-12']],
    ['newest first', ['08-12', '08-11']],
  ])('goes by what the laboratory reported last, in a list that is %s', (_, days) => {
    const outcomes = { '08-11': 'positive', '08-12': 'negative' } as const;
    const state = after(
      ...days.map((day) => report({ result: outcomes[day as '08-11'], reportedAt: `2021-${day}T18:00:00Z` })),
    );
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'negative' });
  });

  it('keeps a report that comes late, and stays retracted', () => {
    const late = report({ result: 'inconclusive', reportedAt: '2021-08-11T20:00:00Z' });
    expect(types(when(late, report(), retract))).toEqual(['TestResultCorrected']);
    expect(holding(after(report(), retract, late), 'covid-19')).toBeNull();
  });

  it('goes by what came last of what was reported at one moment', () => {
    const state = after(report(), report({ result: 'negative' }), report({ result: 'inconclusive' }));
    expect(holding(state, 'covid-19')).toMatchObject({ result: 'inconclusive' });
  });

  it('holds what was gone back to on purpose until something is reported after all that is known', () => {
    const corrected = report({ result: 'negative', reportedAt: '2021-08-13T08:00:00Z' });
    const back = { ...report(), deliberate: true };
    expect(holding(after(report(), corrected, back), 'covid-19')).toMatchObject({ result: 'positive' });
    const between = report({ result: 'inconclusive', reportedAt: '2021-08-12T08:00:00Z' });
    expect(holding(after(report(), corrected, back, between), 'covid-19')).toMatchObject({ result: 'positive' });
    const later = report({ result: 'inconclusive', reportedAt: '2021-08-14T08:00:00Z' });
    expect(holding(after(report(), corrected, back, later), 'covid-19')).toMatchObject({ result: 'inconclusive' });
  });

  it('tells who repeats a statement whether it still holds', () => {
    const corrected = report({ result: 'negative' });
    expect(standingOf(report(), after(report()))).toBe('holds');
    expect(standingOf(report(), after(report(), corrected))).toBe('otherwise');
    expect(standingOf(corrected, after(report(), corrected))).toBe('holds');
    expect(standingOf(retract, after(report(), retract))).toBe('holds');
  });

  it('goes back on purpose', () => {
    const onPurpose = (command: StateResult) => ({ ...command, deliberate: true });
    expect(types(when(onPurpose(report()), report(), report({ result: 'negative' })))).toEqual(['TestResultCorrected']);
    expect(types(when(onPurpose(report()), report(), retract))).toEqual(['TestResultCorrected']);
    expect(when(onPurpose(report()), report())).toEqual([]);
    const anew = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(types(when(onPurpose(retract), report(), retract, anew))).toEqual(['TestResultRetracted']);
    expect(when(onPurpose(retract), report(), retract)).toEqual([]);
  });
});

describe('A result of which a date is impossible', () => {
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
    expect(types(when(doubted()))).toEqual(['SampleCollected', 'ResultHeld']);
    expect(holding(after(doubted()), 'covid-19')).toBeUndefined();
    expect(standingOf(report(onset), after(doubted()))).toBe('held');
    expect(when(doubted(), doubted())).toEqual([]);
  });

  it('counts once a person releases it, and never once it was refused', () => {
    expect(types(when(settle('released'), doubted()))).toEqual(['TestResultReported', 'HeldResultSettled']);
    expect(holding(after(doubted(), settle('released')), 'covid-19')).toMatchObject(onset);
    expect(types(when(settle('refused'), doubted()))).toEqual(['HeldResultSettled']);
    expect(holding(after(doubted(), settle('refused')), 'covid-19')).toBeUndefined();
    expect(when(settle('released'), doubted(), settle('refused'))).toEqual([]);
    expect(when(doubted(), doubted(), settle('refused'))).toEqual([]);
  });

  it('leaves what held before as it was, until it is released', () => {
    const later = { reportedAt: '2021-08-12T08:00:00Z' };
    expect(holding(after(report(), doubted(later)), 'covid-19')).toMatchObject({ onsetAt: null });
    expect(holding(after(report(), doubted(later), settle('released')), 'covid-19')).toMatchObject(onset);
  });

  it('waits no longer once the laboratory reports something else, or takes it back', () => {
    const right = report({ onsetAt: '2021-08-08T00:00:00Z', reportedAt: '2021-08-12T08:00:00Z' });
    expect(when(settle('released'), doubted(), right)).toEqual([]);
    expect(types(when(retract, doubted()))).toEqual(['TestResultRetracted']);
    expect(when(settle('released'), doubted(), retract)).toEqual([]);
  });

  it('is not held where something reported later holds anyway', () => {
    const later = report({ reportedAt: '2021-08-13T08:00:00Z' });
    expect(types(when(doubted(), later))).toEqual(['TestResultCorrected']);
  });
});
