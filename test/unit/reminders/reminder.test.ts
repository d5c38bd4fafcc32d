import type { ReminderEvent } from '../../../src/reminders/events.js';
import { describe, expect, it } from '@jest/globals';
import { reminderDecider, type ReminderCommand } from '../../../src/reminders/reminder.js';
import { given as givenOf } from '../../support/decider-spec.js';

const reminderId = 'r';
const due: ReminderEvent = { type: 'ReminderDue', data: { reminderId, disease: 'covid-19', day: '2021-08-01' } };
const handedOver: ReminderEvent = { type: 'ReminderHandedOver', data: { reminderId, provider: 'a' } };
const ended = (outcome: 'refused' | 'uncertain'): ReminderEvent => ({
  type: 'ReminderHandOverEnded',
  data: { reminderId, provider: 'a', outcome, detail: 'down' },
});
const sent: ReminderEvent = { type: 'ReminderSent', data: { reminderId, provider: 'a', reference: '1', tasks: ['t'] } };
const failed: ReminderEvent = {
  type: 'ReminderFailed',
  data: { reminderId, reason: 'refused', detail: 'no such number', provider: 'a', tasks: ['t'] },
};

const given = givenOf(reminderDecider);
const open: ReminderCommand = { type: 'Open', data: { reminderId, disease: 'covid-19', day: '2021-08-01' } };
const handOver = (after: number): ReminderCommand => ({ type: 'HandOver', reminderId, provider: 'a', after });
const end: ReminderCommand = {
  type: 'EndHandOver',
  data: { reminderId, provider: 'a', outcome: 'uncertain', detail: 'down' },
};
const markSent: ReminderCommand = { type: 'MarkSent', reminderId, provider: 'a', reference: '1', tasks: ['t'] };
const fail: ReminderCommand = {
  type: 'Fail',
  data: { reminderId, reason: 'refused', detail: 'no such number', provider: 'a', tasks: ['t'] },
};

describe('A reminder', () => {
  it('is opened once, before anything is sent', () => {
    given().when(open).then(due);
    given(due).when(open).then();
    given().when(handOver(0)).then();
    given().when(markSent).then();
  });

  it('of which two decide at a time to hand it over is handed over by one', () => {
    given(due).when(handOver(0)).then(handedOver);
    given(due, handedOver).when(handOver(0)).then();
    given(due, handedOver).when(handOver(1)).then(handedOver);
  });

  it('knows through whom it may have gone, and who did not take it', () => {
    given(due, handedOver).when(end).then(ended('uncertain'));
    given(due, handedOver, ended('uncertain')).when(end).then();
    expect(given(due, handedOver, ended('uncertain')).state.handOver).toEqual({ provider: 'a', over: true });
    expect(given(due, handedOver, ended('refused')).state).toMatchObject({ handOver: null, refusedBy: ['a'] });
  });

  it('that the network could not deliver is known to have failed, once, of the one through whom it went', () => {
    const undelivered = (provider: string): ReminderCommand => ({
      ...{ type: 'MarkUndelivered', reminderId, provider, detail: 'absent' },
    });
    const data = { reminderId, provider: 'a', detail: 'absent', tasks: ['t'] };
    given(due, sent).when(undelivered('a')).then({ type: 'ReminderUndelivered', data });
    given(due, sent).when(undelivered('b')).then();
    given(due, sent, { type: 'ReminderUndelivered', data }).when(undelivered('a')).then();
    given(due).when(undelivered('a')).then();
  });

  it('that went or failed stays as it is', () => {
    given(due, handedOver).when(markSent).then(sent);
    given(due).when(fail).then(failed);
    for (const over of [sent, failed]) {
      for (const command of [open, handOver(0), markSent, fail]) given(due, over).when(command).then();
    }
  });
});
