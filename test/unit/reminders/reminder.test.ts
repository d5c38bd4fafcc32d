import type { ReminderEvent } from '../../../src/reminders/events.js';
import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/kernel/decider.js';
import { reminderDecider, type ReminderCommand } from '../../../src/reminders/reminder.js';

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

const given = (...events: ReminderEvent[]) => ({
  state: () => fold(reminderDecider, events),
  when: (command: ReminderCommand) => reminderDecider.decide(command, fold(reminderDecider, events)),
});
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
    expect(given().when(open)).toEqual([due]);
    expect(given(due).when(open)).toEqual([]);
    expect(given().when(handOver(0))).toEqual([]);
    expect(given().when(markSent)).toEqual([]);
  });

  it('of which two decide at a time to hand it over is handed over by one', () => {
    expect(given(due).when(handOver(0))).toEqual([handedOver]);
    expect(given(due, handedOver).when(handOver(0))).toEqual([]);
    expect(given(due, handedOver).when(handOver(1))).toEqual([handedOver]);
  });

  it('knows through whom it may have gone, and who did not take it', () => {
    expect(given(due, handedOver).when(end)).toEqual([ended('uncertain')]);
    expect(given(due, handedOver, ended('uncertain')).when(end)).toEqual([]);
    expect(given(due, handedOver, ended('uncertain')).state().handOver).toEqual({ provider: 'a', over: true });
    expect(given(due, handedOver, ended('refused')).state()).toMatchObject({ handOver: null, refusedBy: ['a'] });
  });

  it('that the network could not deliver is known to have failed, once, of the one through whom it went', () => {
    const undelivered = (provider: string): ReminderCommand => ({
      ...{ type: 'MarkUndelivered', reminderId, provider, detail: 'absent' },
    });
    const data = { reminderId, provider: 'a', detail: 'absent', tasks: ['t'] };
    expect(given(due, sent).when(undelivered('a'))).toEqual([{ type: 'ReminderUndelivered', data }]);
    expect(given(due, sent).when(undelivered('b'))).toEqual([]);
    expect(given(due, sent, { type: 'ReminderUndelivered', data }).when(undelivered('a'))).toEqual([]);
    expect(given(due).when(undelivered('a'))).toEqual([]);
  });

  it('that went or failed stays as it is', () => {
    expect(given(due, handedOver).when(markSent)).toEqual([sent]);
    expect(given(due).when(fail)).toEqual([failed]);
    for (const over of [sent, failed]) {
      for (const command of [open, handOver(0), markSent, fail]) expect(given(due, over).when(command)).toEqual([]);
    }
  });
});
