import type { Unlikely } from '../../../src/alerting/events.js';
import { describe, expect, it } from '@jest/globals';
import { brakeDecider, findUnlikely, type BrakeCommand, type BrakeFacts } from '../../../src/alerting/brake.js';
import { ALERTS_NOT_HELD } from '../../../src/alerting/problems.js';
import { given as givenOf, refusal } from '../../support/decider-spec.js';

const rules = { contacts: 100, daily: 200, times: 3 };
const quiet: BrakeFacts = {
  contacts: 20,
  now: 20,
  places: [],
  usual: [],
  today: 0,
  before: [],
  retracted: 0,
  approvedToday: 0,
};
const found = (facts: Partial<BrakeFacts>) =>
  findUnlikely({ ...quiet, ...facts }, rules).map(({ rule, number, likely }) => [rule, number, likely]);
/** The busiest day of two weeks had 300. */
const weeks = [250, 300, 100, 90, 120, 80, 110];
const cafe = { placeId: 'cafe', days: 1, capacity: 20 };

describe('What is unlikely about alerts', () => {
  it.each<[string, Partial<BrakeFacts>, [string, number, number][]]>([
    ['nothing about a small case', {}, []],
    ['a case with more contacts than allowed', { contacts: 101 }, [['case', 101, 100]]],
    ['not one as large as recent cases', { contacts: 140, usual: Array<number>(40).fill(50) }, []],
    ['one far larger than recent cases', { contacts: 160, usual: Array<number>(40).fill(50) }, [['case', 160, 150]]],
    ['a large one with few other cases to compare', { contacts: 101, usual: [50, 60] }, [['case', 101, 100]]],
    [
      'one of an unusual size although a single earlier one was larger',
      { contacts: 160, usual: [9_000, ...Array<number>(40).fill(50)] },
      [['case', 160, 150]],
    ],
    [
      'more people than the capacity of a place',
      { places: [{ ...cafe, capacity: 50, contacts: 151 }] },
      [['place', 151, 150]],
    ],
    ['not the same number on two days', { places: [{ ...cafe, capacity: 50, contacts: 151, days: 2 }] }, []],
    ['nothing about a place of unknown size', { places: [{ ...cafe, contacts: 999, capacity: null }] }, []],
    ['nothing about a few people at a kiosk', { places: [{ ...cafe, contacts: 99, capacity: 1 }] }, []],
    [
      'nothing about a case of a hundred while cases are small',
      { contacts: 100, usual: Array<number>(40).fill(2) },
      [],
    ],
    ['a day with three times as many as usual', { today: 900, before: weeks }, [['day', 920, 900]]],
    [
      'a day with many alerts while the usual number is unknown',
      { today: 190, before: [250, 300] },
      [['day', 210, 200]],
    ],
    ['not a day within that', { today: 880, before: weeks }, []],
    ['not a day that somebody approved', { today: 900, before: weeks, approvedToday: 1_500 }, []],
  ])('is %s', (_, facts, expected) => {
    expect(found(facts)).toEqual(expected);
  });
});

const unlikely: Unlikely[] = [{ rule: 'case', number: 500, likely: 100, placeId: null }];
const judge = (contacts: number, why = unlikely): BrakeCommand => ({
  type: 'Judge',
  caseId: 'c',
  contacts,
  unlikely: why,
});
const decide = (type: 'Approve' | 'Refuse'): BrakeCommand => ({ type, caseId: 'c', note: 'a wedding' });

const { after } = givenOf(brakeDecider);

describe('The brake of a case', () => {
  it('holds once for its findings, and says so again if the numbers change', () => {
    expect(after(judge(500), judge(500), judge(600)).types).toEqual(['AlertsHeld', 'AlertsHeld']);
  });

  it('lets an approved outbreak grow to twice its size, and asks again beyond', () => {
    const approved = after(judge(500), decide('Approve'), judge(1_000));
    expect(approved.types).toEqual(['AlertsHeld', 'AlertsApproved']);
    expect(approved.events.at(-1)?.data).toMatchObject({ contacts: 500, note: 'a wedding' });
    expect(after(judge(500), decide('Approve'), judge(1_001)).state.status).toBe('held');
  });

  it('releases by itself what is no longer unlikely', () => {
    expect(after(judge(500), judge(50, [])).types).toEqual(['AlertsHeld', 'AlertsFreed']);
  });

  it('keeps a refusal whatever is found later, until somebody approves', () => {
    expect(after(judge(500), decide('Refuse'), judge(600), judge(50, [])).types).toEqual([
      'AlertsHeld',
      'AlertsRefused',
    ]);
    expect(after(judge(500), decide('Refuse'), decide('Approve')).state.status).toBe('free');
  });

  it('decides about nothing that is not held', () => {
    after().when(decide('Approve')).then(refusal(ALERTS_NOT_HELD, 'No alerts of case c wait for approval.'));
    after().when(decide('Refuse')).then(refusal(ALERTS_NOT_HELD));
    after(judge(500), decide('Approve')).when(decide('Approve')).then(refusal(ALERTS_NOT_HELD));
    after(judge(500), decide('Refuse')).when(decide('Refuse')).then(refusal(ALERTS_NOT_HELD, 'refused already'));
  });
});
