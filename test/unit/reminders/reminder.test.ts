import type { ReminderEvent } from '../../../src/reminders/events.js';
import { describe, it } from '@jest/globals';
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
const markSent: ReminderCommand = { type: 'MarkSent', reminderId, provider: 'a', reference: '1', tasks: ['t'] };
const fail: ReminderCommand = {
  type: 'Fail',
  data: { reminderId, reason: 'refused', detail: 'no such number', provider: 'a', tasks: ['t'] },
};

describe('A reminder', () => {
  it('is opened once, before anything is sent', () => {
    given().when(open).then(due);
    given(due).when(open).then();
    given().when(markSent).then();
  });

  it('of an earlier log is due after a hand-over as before, whatever its result', () => {
    given(due, handedOver).when(markSent).then(sent);
    given(due, handedOver, ended('uncertain')).when(fail).then(failed);
    given(due, handedOver, ended('refused')).when(open).then();
  });

  it('that the network could not deliver is known to have failed, once, with the provider that sent it', () => {
    const undelivered = (provider: string): ReminderCommand => ({
      ...{ type: 'MarkUndelivered', reminderId, provider, detail: 'absent' },
    });
    const data = { reminderId, provider: 'a', detail: 'absent', tasks: ['t'] };
    given(due, sent).when(undelivered('a')).then({ type: 'ReminderUndelivered', data });
    given(due, sent).when(undelivered('b')).then();
    given(due, sent, { type: 'ReminderUndelivered', data }).when(undelivered('a')).then();
    given(due).when(undelivered('a')).then();
  });

  it('that was sent or failed stays so', () => {
    given(due).when(markSent).then(sent);
    given(due).when(fail).then(failed);
    for (const over of [sent, failed]) {
      for (const command of [open, markSent, fail]) given(due, over).when(command).then();
    }
  });
});
