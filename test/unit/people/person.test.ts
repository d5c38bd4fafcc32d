import type { PersonEvent } from '../../../src/people/events.js';
import { describe, expect, it } from '@jest/globals';
import { personDecider, type PersonCommand } from '../../../src/people/person.js';
import { NOT_MERGED, ONE_RECORD } from '../../../src/people/problems.js';
import { given as givenOf, refusal } from '../../support/decider-spec.js';
import { registered } from '../../support/builders/people.js';

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

const given = givenOf(personDecider);
const { after } = given;

describe('A person', () => {
  it('is isolated from an instant on, until released', () => {
    after().when(isolate(null)).then(isolated);
    after(isolate(null)).when(isolate(end)).then(released(end));
  });

  it('is isolated and released at once when both are known', () => {
    after().when(isolate(end)).then(isolated, released(end));
  });

  it('is merged into another record, moved to a third, and separated again', () => {
    const merge = (into: string): PersonCommand => ({ type: 'Merge', personId: 'An', into });
    const unmerge: PersonCommand = { type: 'Unmerge', personId: 'An' };
    const merged = (into: string): PersonEvent => ({ type: 'PersonMerged', data: { personId: 'An', into } });
    const unmerged = (from: string): PersonEvent => ({ type: 'PersonUnmerged', data: { personId: 'An', from } });
    after().when(merge('Binh')).then(merged('Binh'));
    after(merge('Binh')).when(merge('Binh')).then();
    after(merge('Binh')).when(merge('Chi')).then(unmerged('Binh'), merged('Chi'));
    after(merge('Binh')).when(unmerge).then(unmerged('Binh'));
    after(merge('Binh'), unmerge).when(unmerge).then(refusal(NOT_MERGED, 'An is not merged into another record.'));
    after().when(merge('An')).then(refusal(ONE_RECORD, 'An cannot be merged into itself.'));
  });

  it('is not changed by repeated statements', () => {
    after(isolate(null)).when(isolate(null)).then();
    after(isolate(end)).when(isolate(end)).then();
    // Importing the earlier row, without an end, again does not remove the end.
    after(isolate(end)).when(isolate(null)).then();
  });

  it('has an end of isolation corrected', () => {
    after(isolate(end)).when(isolate('2021-08-20T08:00:00Z')).then(released('2021-08-20T08:00:00Z'));
  });

  it('may be isolated again later', () => {
    const again = '2021-10-01T08:00:00Z';
    after(isolate(end))
      .when(isolate(null, again))
      .then({ type: 'PersonIsolated', data: { personId: 'An', startedAt: again } });
  });

  it('is registered again only when something changed', () => {
    const { data } = registered('An', { phoneIndex: 'x' });
    const register = (unchanged: boolean): PersonCommand => ({ type: 'Register', data, unchanged: () => unchanged });
    after().when(register(true)).then({ type: 'PersonRegistered', data });
    after(register(true)).when(register(true)).then();
    after(register(true)).when(register(false)).then({ type: 'PersonRegistered', data });
  });

  it('keeps isolations when registered, and the registration when isolated', () => {
    const an = registered('An', { householdId: 'h' });
    expect(given(isolated, an, released(end)).state).toEqual({
      registered: an.data,
      isolations: new Map([[start, end]]),
      mergedInto: null,
      linked: new Set(),
    });
  });
});
