import { STATEMENTS } from '../../../src/cases/verdicts.js';
import { streams, eventsOf } from '../../support/events.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { caseDecider } from '../../../src/cases/case.js';
import { formatInstant, readInstant, SECONDS_PER_DAY } from '../../../src/kernel/instant.js';
import { sampleDecider, type SampleCommand } from '../../../src/samples/sample.js';
import { merge, unmerge } from '../../../src/people/merge.js';
import { handle, load } from '../../../src/event-log/handle.js';
import { caseIdOf } from '../../../src/cases/ids.js';
import { builtInProfiles } from '../../../src/cases/profiles.js';
import { calendarOf } from '../../../src/platform/calendar.js';
import { recordsOf } from '../../../src/people/records.js';
import { applyMerge } from '../../../src/cases/merged-cases.js';
import { applyResult } from '../../../src/cases/open-cases.js';
import { resultOf } from '../../support/builders/results.js';
import { MemoryEventStore } from '../../support/memory-event-store.js';
import { runs, seeded } from '../../support/sizes.js';

const RECORDS = ['An', 'Binh', 'Chi'];
const FIRST_DAY = readInstant('2021-08-10T08:00:00Z');
const profiles = {
  all: builtInProfiles().filter(({ id }) => id === 'covid-19-vn-5053'),
  calendar: calendarOf('Asia/Ho_Chi_Minh'),
};

let store: MemoryEventStore;
let handled = 0;

beforeEach(() => {
  store = new MemoryEventStore();
  handled = 0;
});

function report(
  sampleId: string,
  personId: string,
  { day = 0, result = 'positive' }: { day?: number; result?: 'positive' | 'negative' } = {},
) {
  const collectedAt = formatInstant(FIRST_DAY + day * SECONDS_PER_DAY);
  // Each statement is new: a report that is repeated after its correction changes nothing.
  const reportedAt = formatInstant(FIRST_DAY + 100 * SECONDS_PER_DAY + store.all.length);
  return say({ type: 'ReportResult', data: resultOf(personId, { sampleId, collectedAt, reportedAt, result }) });
}

function retract(sampleId: string, personId: string) {
  const reportedAt = formatInstant(FIRST_DAY + 100 * SECONDS_PER_DAY + store.all.length);
  return say({ type: 'RetractResult', data: { sampleId, personId, disease: 'covid-19', reportedAt } });
}

function say(command: SampleCommand) {
  const provenance = { source: 'laboratory', laboratory: true };
  return handle(store, sampleDecider, streams.sample(command.data.sampleId), command, provenance);
}

const MERGES = eventsOf('PersonMerged', 'PersonUnmerged');

/** Passes every new event to the reactions twice. */
async function react(): Promise<void> {
  for (; handled < store.all.length; handled++) {
    const event = store.all[handled];
    if (!event) return;
    for (const _ of ['first', 'again']) {
      if (MERGES.includes(event)) await applyMerge(store, profiles, event);
      if (STATEMENTS.includes(event)) await applyResult(store, profiles, event);
    }
  }
}

/** Runs steps one after another, with the reactions after each. */
async function given(...steps: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of steps) {
    await step();
    await react();
  }
}

/** Live cases as their record and the samples that confirm them. */
async function cases(): Promise<string[]> {
  const live: string[] = [];
  for (const record of RECORDS) {
    for (const episode of [0, 1, 2]) {
      const { state } = await load(store, caseDecider, streams.case(caseIdOf(record, 'covid-19', episode)));
      if (state.status === 'live') live.push(`${record}: ${[...state.evidence.keys()].sort().join(', ')}`);
    }
  }
  return live;
}

describe('Cases of two records that belong to one person', () => {
  it('become one case of the record that counts, with the window of all samples', async () => {
    await given(
      () => report('s1', 'An'),
      () => report('s2', 'Binh', { day: 3 }),
    );
    expect(await cases()).toEqual(['An: s1', 'Binh: s2']);
    await given(() => merge(store, 'An', 'Binh', { source: 'test' }));
    expect(await cases()).toEqual(['Binh: s1, s2']);
    const { state } = await load(store, caseDecider, streams.case(caseIdOf('Binh', 'covid-19', 0)));
    expect(state).toMatchObject({ personId: 'Binh', window: { from: '2021-08-07T08:00:00Z' } });
  });

  it('never lack a sample in between', async () => {
    await given(
      () => report('s1', 'An'),
      () => report('s2', 'Binh'),
      () => merge(store, 'An', 'Binh', { source: 'test' }),
    );
    const moved = store.all.findLastIndex(({ type }) => type === 'CaseConfirmed');
    const givenUp = store.all.findIndex(({ type }) => type === 'CaseRetracted');
    expect(moved).toBeLessThan(givenUp);
  });

  it('are two again after the records are separated', async () => {
    await given(
      () => report('s1', 'An'),
      () => report('s2', 'Binh', { day: 3 }),
      () => merge(store, 'An', 'Binh', { source: 'test' }),
      () => unmerge(store, 'An', { source: 'test' }),
    );
    expect(await cases()).toEqual(['An: s1', 'Binh: s2']);
    const { state } = await load(store, caseDecider, streams.case(caseIdOf('Binh', 'covid-19', 0)));
    expect(state.window).toMatchObject({ from: '2021-08-10T08:00:00Z' });
  });

  it('stay two if they are two illnesses', async () => {
    await given(
      () => report('s1', 'An'),
      () => report('s2', 'Binh', { day: 91 }),
      () => merge(store, 'An', 'Binh', { source: 'test' }),
    );
    expect(await cases()).toEqual(['An: s1', 'Binh: s2']);
  });
});

describe('The only case of a person with two records', () => {
  beforeEach(() =>
    given(
      () => report('s1', 'An'),
      () => merge(store, 'An', 'Binh', { source: 'test' }),
    ),
  );

  it('stays where it is, so that nobody gets another message', async () => {
    expect(await cases()).toEqual(['An: s1']);
    expect(store.all.filter(({ type }) => type === 'CaseRetracted')).toEqual([]);
  });

  it('is also confirmed by a sample of the other record', async () => {
    await given(() => report('s2', 'Binh'));
    expect(await cases()).toEqual(['An: s1, s2']);
    await given(() => retract('s1', 'An'));
    expect(await cases()).toEqual(['An: s2']);
    await given(() => unmerge(store, 'An', { source: 'test' }));
    expect(await cases()).toEqual(['Binh: s2']);
  });

  it('stays confirmed by a sample that was reported for both records until both reports are retracted', async () => {
    await given(
      () => report('s1', 'Binh'),
      () => retract('s1', 'An'),
    );
    expect(await cases()).toEqual(['An: s1']);
    await given(() => retract('s1', 'Binh'));
    expect(await cases()).toEqual([]);
  });
});

describe('A case that was retracted', () => {
  it('is not opened again beside a case to which the sample belongs', async () => {
    await given(
      () => report('s1', 'An'),
      () => report('s2', 'An', { day: 200 }),
      () => retract('s1', 'An'),
      () => report('s3', 'An', { day: 201 }),
    );
    expect(await cases()).toEqual(['An: s2, s3']);
  });
});

describe('Records of a person', () => {
  it('are those that point to the one that counts, directly or not, but not those that once did', async () => {
    await merge(store, 'An', 'Binh', { source: 'test' });
    await merge(store, 'Binh', 'Chi', { source: 'test' });
    for (const record of RECORDS) expect(await recordsOf(store, record)).toEqual(['Chi', 'Binh', 'An']);
    await unmerge(store, 'Binh', { source: 'test' });
    expect(await recordsOf(store, 'An')).toEqual(['Binh', 'An']);
    expect(await recordsOf(store, 'Chi')).toEqual(['Chi']);
  });
});

describe('In whatever order facts arrive,', () => {
  type Step = { sample: string; record: string; day: number; result: 'positive' | 'negative' } | { pair: string[] };
  const record = fc.constantFrom(...RECORDS);
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        sample: fc.constantFrom('s1', 's2', 's3', 's4'),
        record,
        day: fc.constantFrom(0, 1, 5),
        result: fc.constantFrom('positive' as const, 'positive' as const, 'negative' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.uniqueArray(record, { minLength: 2, maxLength: 2 }).map((pair) => ({ pair })),
    },
  );

  it('each person with a positive sample has one case, of all their positive samples', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), fc.boolean(), async (steps, atOnce) => {
        store = new MemoryEventStore();
        handled = 0;
        const into = new Map<string, string>();
        const results = new Map<string, { sample: string; record: string; positive: boolean }>();
        const counting = (of: string): string => (into.has(of) ? counting(into.get(of) as string) : of);
        for (const each of steps) {
          if ('pair' in each) {
            const [from = '', to = ''] = each.pair;
            if (into.get(from) === to) {
              into.delete(from);
              await unmerge(store, from, { source: 'test' });
            } else if (counting(to) !== from && !into.has(from)) {
              into.set(from, to);
              await merge(store, from, to, { source: 'test' });
            }
          } else {
            const { sample, record: of, day, result } = each;
            results.set(`${sample} ${of}`, { sample, record: of, positive: result === 'positive' });
            await report(sample, of, { day, result });
          }
          if (!atOnce) await react();
        }
        await react();
        const expected = new Map<string, Set<string>>();
        for (const { sample, record: of, positive } of results.values()) {
          const person = counting(of);
          if (positive) expected.set(person, (expected.get(person) ?? new Set()).add(sample));
        }
        const found = (await cases()).map((told) => {
          const [of = '', samples] = told.split(': ');
          return `${counting(of)}: ${samples}`;
        });
        const wanted = [...expected].map(([person, samples]) => `${person}: ${[...samples].sort().join(', ')}`);
        expect(found.sort()).toEqual(wanted.sort());
      }),
      seeded(runs(60)),
    );
  });
});
