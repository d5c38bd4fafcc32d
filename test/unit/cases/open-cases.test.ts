import type { Link } from '../../../src/cases/case-graph.js';
import { STATEMENTS } from '../../../src/cases/verdicts.js';
import type { TestResult } from '../../../src/samples/events.js';
import { streams } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { caseDecider } from '../../../src/cases/case.js';
import type { DiseaseProfile } from '../../../src/cases/profile.js';
import { sampleDecider, type SampleCommand } from '../../../src/samples/sample.js';
import { handle, load } from '../../../src/event-log/handle.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { applyResult } from '../../../src/cases/open-cases.js';
import { confirmByRapidTests } from '../../../src/cases/rapid-tests.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { resultOf } from '../../support/builders/results.js';

const vietnam = builtInProfiles().find(({ id }) => id === 'covid-19-vn-5053') as DiseaseProfile;
const measles: DiseaseProfile = {
  ...vietnam,
  id: 'measles',
  disease: 'measles',
  infectious: { ...vietnam.infectious, daysBefore: 4, end: { type: 'days', daysAfter: 4 } },
};
const stricter: DiseaseProfile = {
  ...vietnam,
  id: 'stricter',
  effectiveFrom: '2021-12-29',
  infectious: { ...vietnam.infectious, daysBefore: 2, end: { type: 'isolation' } },
};
const letter = builtInProfiles().find(({ id }) => id === 'covid-19-vn-11042') as DiseaseProfile;
/** For this disease, a rapid test alone is only a suspicion. */
const suspected: DiseaseProfile = { ...letter, id: 'suspected', disease: 'flu', effectiveFrom: '2020-01-01' };
const profiles = { all: [vietnam, measles, stricter, suspected], calendar: calendarOf('Asia/Ho_Chi_Minh') };

let store: MemoryEventStore;
let handled = 0;

beforeEach(() => {
  store = new MemoryEventStore();
  handled = 0;
});

const result = (more: Partial<TestResult> = {}) =>
  resultOf('An', { sampleId: 's1', reportedAt: '2021-08-11T08:00:00Z', ...more });

function say(command: SampleCommand, laboratory = true) {
  const provenance = { source: laboratory ? 'laboratory' : 'somebody', laboratory };
  return handle(store, sampleDecider, streams.sample(command.data.sampleId), command, provenance);
}

const report = (more: Partial<TestResult> = {}, laboratory = true) =>
  say({ type: 'ReportResult', data: result(more) }, laboratory);
const retract = (more: Partial<TestResult> = {}, laboratory = true) => {
  const { sampleId, personId, disease, reportedAt } = result(more);
  return say({ type: 'RetractResult', data: { sampleId, personId, disease, reportedAt } }, laboratory);
};

/** Passes every new event to the reaction twice. */
async function react(): Promise<void> {
  for (; handled < store.all.length; handled++) {
    const event = store.all[handled];
    if (!event) return;
    if (!STATEMENTS.includes(event)) continue;
    await applyResult(store, profiles, event);
    const { length } = store.all;
    await applyResult(store, profiles, event);
    expect(store.all).toHaveLength(length);
  }
}

/** Runs steps one after another, with the reaction after each. */
async function given(...steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    await step();
    await react();
  }
}

async function caseOf(episode = 0, disease = 'covid-19', personId = 'An') {
  const { state } = await load(store, caseDecider, streams.case(caseIdOf(personId, disease, episode)));
  return state;
}

const historyOf = (episode = 0, disease = 'covid-19') =>
  store.all
    .filter(({ stream }) => stream === streams.case(caseIdOf('An', disease, episode)).name)
    .map(({ type }) => type);

describe('A case is opened', () => {
  it('by a positive result of a laboratory, which is named as its cause', async () => {
    await given(() => report());
    expect(await caseOf()).toMatchObject({ status: 'live', personId: 'An', disease: 'covid-19' });
    const reported = store.all.find(({ type }) => type === 'TestResultReported');
    const confirmed = store.all.find(({ type }) => type === 'CaseConfirmed');
    expect(confirmed?.provenance.causationId).toBe(reported?.id);
  });

  it.each(['negative', 'inconclusive'] as const)('by no %s result', async (outcome) => {
    await given(() => report({ result: outcome }));
    expect(await caseOf()).toMatchObject({ status: 'unknown' });
  });

  it('by no pool, but by the following test of one person', async () => {
    await given(
      () => report({ poolSize: 2 }),
      () => report({ poolSize: 2, personId: 'Binh' }),
    );
    expect(await caseOf()).toMatchObject({ status: 'unknown' });
    await given(() => report({ sampleId: 's2' }));
    expect(await caseOf()).toMatchObject({ status: 'live' });
    expect(await caseOf(0, 'covid-19', 'Binh')).toMatchObject({ status: 'unknown' });
  });

  it("by no result without a laboratory's permission, nor closed by one", async () => {
    await given(() => report({}, false));
    expect(await caseOf()).toMatchObject({ status: 'unknown' });
    await given(
      () => report({ sampleId: 's2' }),
      () => report({ sampleId: 's2', result: 'negative' }, false),
      () => retract({ sampleId: 's2' }, false),
    );
    expect(await caseOf()).toMatchObject({ status: 'live' });
    expect([...(await caseOf()).evidence.keys()]).toEqual(['s2']);
  });
});

describe('A case follows its results', () => {
  it('from positive to negative to positive', async () => {
    await given(
      () => report(),
      () => report({ result: 'negative' }),
    );
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
    await given(() => report({ reportedAt: '2021-08-13T08:00:00Z' }));
    expect(await caseOf()).toMatchObject({ status: 'live' });
    expect(await caseOf(1)).toMatchObject({ status: 'unknown' });
    expect(historyOf()).toEqual([
      'CaseConfirmed',
      'InfectiousWindowChanged',
      'CaseRetracted',
      'CaseConfirmed',
      'InfectiousWindowChanged',
    ]);
  });

  it.each([
    ['retracted', () => retract()],
    ['corrected to inconclusive', () => report({ result: 'inconclusive' })],
    ['corrected to a pool', () => report({ poolSize: 10 })],
  ])('if the only one is %s', async (_, step) => {
    await given(() => report(), step);
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
  });

  it('separately for each disease, whatever else the tube was tested for', async () => {
    await given(
      () => report(),
      () => report({ disease: 'measles', result: 'negative' }),
    );
    expect(await caseOf()).toMatchObject({ status: 'live' });
    await given(() => report({ disease: 'measles', reportedAt: '2021-08-12T08:00:00Z' }));
    expect(await caseOf()).toMatchObject({ status: 'live' });
    expect(await caseOf(0, 'measles')).toMatchObject({
      status: 'live',
      window: { from: '2021-08-06T08:00:00Z', until: '2021-08-14T08:00:00Z' },
    });
    await given(() => retract());
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
    expect(await caseOf(0, 'measles')).toMatchObject({ status: 'live' });
  });

  it("according to the laboratory's latest report, even if a list has that first", async () => {
    await given(
      () => report({ result: 'negative', reportedAt: '2021-08-12T11:00:00Z' }),
      () => report({ reportedAt: '2021-08-11T11:00:00Z' }),
    );
    expect(await caseOf()).toMatchObject({ status: 'unknown' });
    await given(
      () => report({ sampleId: 's2', reportedAt: '2021-08-11T11:00:00Z' }),
      () => report({ sampleId: 's2', result: 'negative', reportedAt: '2021-08-12T11:00:00Z' }),
    );
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
  });

  it('to an onset that becomes known later', async () => {
    await given(
      () => report(),
      () => report({ onsetAt: '2021-08-08T00:00:00Z' }),
    );
    expect((await caseOf()).window).toMatchObject({ from: '2021-08-05T00:00:00Z', basis: 'onset' });
  });

  it('and stays while one of two samples confirms it', async () => {
    await given(
      () => report(),
      () => report({ sampleId: 's2', collectedAt: '2021-08-08T08:00:00Z' }),
    );
    expect((await caseOf()).window).toMatchObject({ from: '2021-08-05T08:00:00Z' });
    await given(() => retract({ sampleId: 's2' }));
    expect(await caseOf()).toMatchObject({ status: 'live', window: { from: '2021-08-07T08:00:00Z' } });
    await given(() => retract());
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
  });
});

describe('A second positive sample', () => {
  it('belongs to the same illness within the days of the profile, and to another beyond them', async () => {
    await given(
      () => report(),
      () => report({ sampleId: 's2', collectedAt: '2021-11-08T08:00:00Z' }),
      () => report({ sampleId: 's3', collectedAt: '2021-11-08T08:00:01Z' }),
    );
    expect([...(await caseOf(0)).evidence.keys()]).toEqual(['s1', 's2']);
    expect([...(await caseOf(1)).evidence.keys()]).toEqual(['s3']);
    expect(await caseOf(2)).toMatchObject({ status: 'unknown' });
  });

  it('moves to its own illness when its date is corrected, and back', async () => {
    await given(
      () => report(),
      () => report({ sampleId: 's2', collectedAt: '2021-08-12T08:00:00Z' }),
      () => report({ sampleId: 's2', collectedAt: '2022-08-12T08:00:00Z' }),
    );
    expect([...(await caseOf(0)).evidence.keys()]).toEqual(['s1']);
    expect([...(await caseOf(1)).evidence.keys()]).toEqual(['s2']);
  });

  it('leaves the case under the rules of its first sample, whichever was reported first', async () => {
    await given(
      () => report({ sampleId: 's2', collectedAt: '2022-01-05T08:00:00Z' }),
      () => report({ collectedAt: '2021-12-20T08:00:00Z' }),
    );
    const window = { from: '2021-12-17T08:00:00Z', profileId: 'covid-19-vn-5053' };
    expect((await caseOf()).window).toMatchObject(window);
    await given(() => retract());
    expect((await caseOf()).window).toMatchObject({ from: '2022-01-03T08:00:00Z', profileId: 'stricter' });
    await given(() => report({ collectedAt: '2021-12-20T08:00:00Z', reportedAt: '2021-12-22T08:00:00Z' }));
    expect((await caseOf()).window).toMatchObject(window);
  });
});

describe('Events that arrive late or again', () => {
  it('never restore what was corrected since', async () => {
    await report();
    await report({ result: 'negative' });
    await react();
    expect(historyOf()).toEqual([]);

    await given(
      () => report({ sampleId: 's2' }),
      () => retract({ sampleId: 's2' }),
    );
    const before = store.all.length;
    for (const event of store.all.filter((each) => STATEMENTS.includes(each)))
      await applyResult(store, profiles, event);
    expect(store.all).toHaveLength(before);
    expect(await caseOf()).toMatchObject({ status: 'retracted' });
  });

  it('change nothing if two workers handle them at the same time', async () => {
    await report();
    await report({ sampleId: 's2', collectedAt: '2021-08-12T08:00:00Z' });
    const events = store.all.filter((event) => STATEMENTS.includes(event));
    await Promise.all(
      [0, 1, 2].map(async () => {
        for (const event of events) await applyResult(store, profiles, event);
      }),
    );
    expect([...(await caseOf()).evidence.keys()].sort()).toEqual(['s1', 's2']);
    expect(historyOf().filter((type) => type === 'CaseConfirmed')).toHaveLength(2);
    expect(await caseOf(1)).toMatchObject({ status: 'unknown' });
  });
});

describe('A rapid antigen test, if the rules require more,', () => {
  const rapid = { disease: 'flu', method: 'antigen' as const };
  let links: Link[] = [];
  const samples = {
    rapidTests: async ([personId = '']: readonly string[]) => {
      const samples = store.all.flatMap((event) => (event.type === 'SampleCollected' ? [event.data.sampleId] : []));
      return samples.map((sampleId) => ({ personId, disease: 'flu', sampleId }));
    },
  };
  const cases = { linksOf: async () => links };
  const takeUp = () => confirmByRapidTests(store, { samples, cases }, profiles, [{ personId: 'An', disease: 'flu' }]);
  const exposed: Link = { degree: 1, first: Date.parse('2021-08-09T00:00:00Z') / 1000, last: null };

  beforeEach(() => {
    links = [];
  });

  it('opens a case only when the person is found to be an F1, and says why', async () => {
    await given(() => report(rapid));
    await takeUp();
    expect(historyOf(0, 'flu')).toEqual([]);
    links = [exposed];
    await takeUp();
    expect((await caseOf(0, 'flu')).evidence.get('s1')).toMatchObject({ confirmation: 'contact' });
    await takeUp();
    expect(historyOf(0, 'flu')).toEqual(['CaseConfirmed', 'InfectiousWindowChanged']);
  });

  it('continues to confirm the case when its facts are corrected, and no longer when it turns negative', async () => {
    await given(() => report(rapid));
    links = [exposed];
    await takeUp();
    links = [];
    await given(() => report({ ...rapid, onsetAt: '2021-08-08T08:00:00Z' }));
    expect((await caseOf(0, 'flu')).evidence.get('s1')).toMatchObject({
      confirmation: 'contact',
      onsetAt: '2021-08-08T08:00:00Z',
    });
    await given(() => report({ ...rapid, result: 'negative' }));
    expect(await caseOf(0, 'flu')).toMatchObject({ status: 'retracted' });
  });

  it('confirms nothing if it was corrected before it was processed', async () => {
    await given(
      () => report(rapid),
      () => report({ ...rapid, result: 'negative' }),
    );
    links = [exposed];
    await takeUp();
    expect(historyOf(0, 'flu')).toEqual([]);
  });

  it('opens a case at once if the laboratory names another method', async () => {
    await given(() => report({ ...rapid, method: 'pcr' }));
    expect(await caseOf(0, 'flu')).toMatchObject({ status: 'live' });
  });
});
