import type { PersonEvent } from '../../../src/people/events.js';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/kernel/decider.js';
import { personDecider, type PersonCommand } from '../../../src/people/person.js';

const start = '2021-08-10T08:00:00Z';
const end = '2021-08-24T08:00:00Z';
const isolate = (endedAt: string | null, startedAt = start): PersonCommand => ({
  type: 'Isolate',
  personId: 'An',
  startedAt,
  endedAt,
});
const isolated: PersonEvent = { type: 'PersonIsolated', data: { personId: 'An', startedAt: start } };
const released = (endedAt: string): PersonEvent => ({
  type: 'PersonReleased',
  data: { personId: 'An', startedAt: start, endedAt },
});

function when(command: PersonCommand, ...before: PersonCommand[]): PersonEvent[] {
  const events: PersonEvent[] = [];
  for (const each of before) events.push(...personDecider.decide(each, fold(personDecider, events)));
  return personDecider.decide(command, fold(personDecider, events));
}

describe('A person', () => {
  it('is isolated from an instant on, until released', () => {
    expect(when(isolate(null))).toEqual([isolated]);
    expect(when(isolate(end), isolate(null))).toEqual([released(end)]);
  });

  it('is isolated and released at once when both are known', () => {
    expect(when(isolate(end))).toEqual([isolated, released(end)]);
  });

  it('is merged into another record, moved to a third, and parted again', () => {
    const merge = (into: string): PersonCommand => ({ type: 'Merge', personId: 'An', into });
    const unmerge: PersonCommand = { type: 'Unmerge', personId: 'An' };
    const merged = (into: string) => ({ type: 'PersonMerged', data: { personId: 'An', into } });
    const unmerged = (from: string) => ({ type: 'PersonUnmerged', data: { personId: 'An', from } });
    expect(when(merge('Binh'))).toEqual([merged('Binh')]);
    expect(when(merge('Binh'), merge('Binh'))).toEqual([]);
    expect(when(merge('Chi'), merge('Binh'))).toEqual([unmerged('Binh'), merged('Chi')]);
    expect(when(unmerge, merge('Binh'))).toEqual([unmerged('Binh')]);
    expect(when(unmerge, merge('Binh'), unmerge)).toEqual([]);
  });

  it('changes nothing by what is said again', () => {
    expect(when(isolate(null), isolate(null))).toEqual([]);
    expect(when(isolate(end), isolate(end))).toEqual([]);
    // The row that knew no end yet, imported again, does not take the end back.
    expect(when(isolate(null), isolate(end))).toEqual([]);
  });

  it('has an end corrected', () => {
    expect(when(isolate('2021-08-20T08:00:00Z'), isolate(end))).toEqual([released('2021-08-20T08:00:00Z')]);
  });

  it('may be isolated again later', () => {
    const again = '2021-10-01T08:00:00Z';
    expect(when(isolate(null, again), isolate(end))).toEqual([
      { type: 'PersonIsolated', data: { personId: 'An', startedAt: again } },
    ]);
  });

  it('is registered again only when something changed', () => {
    const data = {
      personId: 'An',
      name: null,
      phone: null,
      phoneIndex: 'x',
      language: 'vi' as const,
      householdId: null,
    };
    const register = (unchanged: boolean): PersonCommand => ({ type: 'Register', data, unchanged: () => unchanged });
    expect(when(register(true))).toEqual([{ type: 'PersonRegistered', data }]);
    expect(when(register(true), register(true))).toEqual([]);
    expect(when(register(false), register(true))).toEqual([{ type: 'PersonRegistered', data }]);
  });

  it('keeps isolations when registered, and the registration when isolated', () => {
    const data = {
      personId: 'An',
      name: null,
      phone: null,
      phoneIndex: null,
      language: 'en' as const,
      householdId: 'h',
    };
    const state = fold(personDecider, [isolated, { type: 'PersonRegistered', data }, released(end)]);
    expect(state).toEqual({
      registered: data,
      isolations: new Map([[start, end]]),
      mergedInto: null,
      linked: new Set(),
    });
  });
});
