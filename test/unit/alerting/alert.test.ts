import type { AlertEvent } from '../../../src/alerting/events.js';
import { describe, expect, it } from '@jest/globals';
import {
  adviceOf,
  alertDecider,
  canBeReliedOn,
  saysEnough,
  stands,
  type AlertCommand,
} from '../../../src/alerting/alert.js';
import { given as givenOf } from '../../support/decider-spec.js';

const alertId = 'a';
const data = { alertId, caseId: 'c', personId: 'p', disease: 'covid-19', degree: 1 as const, sequence: 0 };
const requested: AlertEvent = { type: 'AlertRequested', data };
const joined: AlertEvent = { type: 'AlertJoined', data: { alertId, other: 'b', personId: 'q', caseId: 'c' } };
const covered: AlertEvent = { type: 'AlertCovered', data: { alertId, by: 'b' } };
const sent = {
  type: 'AlertSent' as const,
  data: { alertId, provider: 'outbox', reference: '1', degree: 1, until: null, cases: [] as string[] },
};
const delivered: AlertEvent = { type: 'AlertDelivered', data: { alertId, provider: 'outbox' } };
const undelivered = (isWithdrawn: boolean): AlertEvent => ({
  type: 'AlertUndelivered',
  data: { alertId, provider: 'outbox', detail: 'absent', withdrawn: isWithdrawn },
});
const failed: AlertEvent = { type: 'AlertFailed', data: { alertId, reason: 'no-phone', detail: '', provider: null } };
const withdrawn = (told: boolean): AlertEvent => ({ type: 'AlertWithdrawn', data: { alertId, told } });
const inDoubt: AlertEvent = { type: 'WithdrawalOwedInDoubt', data: { alertId, provider: 'one' } };
const held: AlertEvent = { type: 'WithdrawalHeld', data: { alertId, by: 'b' } };
const takenBack: AlertEvent = { type: 'WithdrawalSent', data: { alertId, provider: 'outbox', reference: '2' } };
const notTakenBack: AlertEvent = { type: 'WithdrawalFailed', data: { alertId, reason: 'refused', detail: '' } };

const handedOver = (message: 'alert' | 'withdrawal'): AlertEvent => ({
  type: 'MessageHandedOver',
  data: { alertId, message, provider: 'one' },
});

const request: AlertCommand = { type: 'Request', data };
const join: AlertCommand = { type: 'Join', alertId, other: 'b', personId: 'q', caseId: 'c' };
const cover: AlertCommand = { type: 'Cover', alertId, by: 'b' };
const markSent: AlertCommand = {
  type: 'MarkSent',
  alertId,
  provider: 'outbox',
  reference: '1',
  said: { degree: 1, until: null, cases: [] },
};
const markDelivered: AlertCommand = { type: 'MarkDelivered', alertId, provider: 'outbox' };
const markUndelivered: AlertCommand = { type: 'MarkUndelivered', alertId, provider: 'outbox', detail: 'absent' };
const fail: AlertCommand = {
  type: 'Fail',
  data: { alertId, reason: 'no-phone', detail: '', provider: null },
};
const failedAs = (reason: 'refused' | 'uncertain'): AlertEvent => ({
  type: 'AlertFailed',
  data: { alertId, reason, detail: '', provider: 'one' },
});
const order = { reason: 'the gateway was mended' };
const replayed: AlertEvent = { type: 'AlertReplayed', data: { alertId, ...order } };
const replay = (uncertain: boolean): AlertCommand => ({ type: 'Replay', alertId, uncertain, ...order });
const withdraw: AlertCommand = { type: 'Withdraw', alertId };
const release: AlertCommand = { type: 'ReleaseWithdrawal', alertId };
const oweInDoubt: AlertCommand = { type: 'OweInDoubt', alertId, provider: 'one' };
const hold: AlertCommand = { type: 'HoldWithdrawal', alertId, by: 'b' };
const failWithdrawal: AlertCommand = {
  type: 'FailWithdrawal',
  data: { alertId, reason: 'refused', detail: '' },
};
const markTakenBack: AlertCommand = { type: 'MarkWithdrawalSent', alertId, provider: 'outbox', reference: '2' };

const histories = {
  nothing: [],
  requested: [requested],
  joined: [requested, joined],
  covered: [requested, covered],
  sent: [requested, sent],
  delivered: [requested, sent, delivered],
  undelivered: [requested, sent, undelivered(false)],
  'withdrawn and undelivered': [requested, sent, withdrawn(true), undelivered(true)],
  failed: [requested, failed],
  refused: [requested, failedAs('refused')],
  uncertain: [requested, failedAs('uncertain')],
  replayed: [requested, failedAs('refused'), replayed],
  'withdrawn untold': [requested, withdrawn(false)],
  'to be taken back': [requested, sent, withdrawn(true)],
  held: [requested, sent, withdrawn(true), held],
  'to be taken back in doubt': [requested, handedOver('alert'), withdrawn(false), inDoubt],
  'held in doubt': [requested, handedOver('alert'), withdrawn(false), inDoubt, held],
  'taken back in doubt': [requested, handedOver('alert'), withdrawn(false), inDoubt, takenBack],
  'taken back': [requested, sent, withdrawn(true), takenBack],
  'not taken back': [requested, sent, withdrawn(true), notTakenBack],
} satisfies Record<string, AlertEvent[]>;
type History = keyof typeof histories;

/** The result of each command for each history; a missing entry means that nothing changes. */
const table: [string, AlertCommand, Partial<Record<History, AlertEvent[]>>][] = [
  ['Request', request, { nothing: [requested] }],
  [
    'Join',
    join,
    { requested: [joined], sent: [joined], delivered: [joined], 'to be taken back': [joined], held: [joined] },
  ],
  ['Cover', cover, { requested: [covered], joined: [covered] }],
  [
    'MarkSent',
    markSent,
    {
      requested: [sent],
      joined: [sent],
      'withdrawn untold': [sent, withdrawn(true)],
      'to be taken back in doubt': [sent, withdrawn(true)],
      'held in doubt': [sent, withdrawn(true)],
    },
  ],
  ['MarkDelivered', markDelivered, { sent: [delivered] }],
  [
    'MarkUndelivered',
    markUndelivered,
    {
      sent: [undelivered(false)],
      'to be taken back': [undelivered(true)],
      held: [undelivered(true)],
      'to be taken back in doubt': [undelivered(true)],
      'held in doubt': [undelivered(true)],
    },
  ],
  ['Fail', fail, { requested: [failed], joined: [failed] }],
  ['Replay', replay(false), { refused: [replayed], undelivered: [replayed] }],
  [
    'Replay of uncertain ones too',
    replay(true),
    { refused: [replayed], undelivered: [replayed], uncertain: [replayed] },
  ],
  [
    'Withdraw',
    withdraw,
    {
      requested: [withdrawn(false)],
      joined: [withdrawn(false)],
      covered: [withdrawn(false)],
      failed: [withdrawn(false)],
      refused: [withdrawn(false)],
      uncertain: [withdrawn(false)],
      replayed: [withdrawn(false)],
      undelivered: [withdrawn(false)],
      sent: [withdrawn(true)],
      delivered: [withdrawn(true)],
    },
  ],
  ['OweInDoubt', oweInDoubt, { 'withdrawn untold': [inDoubt] }],
  ['ReleaseWithdrawal', release, { held: [withdrawn(true)], 'held in doubt': [inDoubt] }],
  ['HoldWithdrawal', hold, { 'to be taken back': [held], 'to be taken back in doubt': [held] }],
  [
    'FailWithdrawal',
    failWithdrawal,
    { 'to be taken back': [notTakenBack], 'to be taken back in doubt': [notTakenBack] },
  ],
  [
    'MarkWithdrawalSent',
    markTakenBack,
    {
      'to be taken back': [takenBack],
      held: [takenBack],
      'to be taken back in doubt': [takenBack],
      'held in doubt': [takenBack],
    },
  ],
];

const given = givenOf(alertDecider);

describe('An alert', () => {
  for (const [name, command, outcomes] of table) {
    for (const [history, events] of Object.entries(histories) as [History, AlertEvent[]][]) {
      const then = outcomes[history] ?? [];
      const says = then.length === 0 ? 'nothing' : then.map(({ type }) => type).join(' and ');
      it(`given ${history}, when ${name}, then ${says}, and nothing more when repeated`, () => {
        given(...events)
          .when(command)
          .then(...then);
        given(...events, ...then)
          .when(command)
          .then();
      });
    }
  }

  it('is valid, once sent, until the phone got a message that corrects it', () => {
    const standing = Object.entries(histories).filter(([, events]) => stands(given(...events).state));
    expect(standing.map(([history]) => history)).toEqual([
      'requested',
      'joined',
      'sent',
      'delivered',
      'to be taken back',
      'held',
      'not taken back',
    ]);
  });

  it('can be relied on while it is valid, but not on a phone on which it could not be taken back', () => {
    const reliable = Object.entries(histories).filter(([, events]) => canBeReliedOn(given(...events).state));
    expect(reliable.map(([history]) => history)).toEqual([
      'requested',
      'joined',
      'sent',
      'delivered',
      'to be taken back',
      'held',
    ]);
  });

  it('says enough to people whose degree asks for no more', () => {
    const told = (degree: number | null) => given(requested, { ...sent, data: { ...sent.data, degree } }).state;
    const asks = (said: number | null, degrees: number[]) =>
      degrees.map((degree) => saysEnough(told(said), { degree, until: null }));
    expect(asks(2, [1, 2, 3, 5])).toEqual([false, true, true, true]);
    expect(asks(4, [1, 2, 3, 5])).toEqual([false, false, true, true]);
    // Older events do not say whom the message covered.
    expect(asks(null, [1])).toEqual([true]);
    expect([1, 2, 3, 4, 5].map(adviceOf)).toEqual([1, 2, 3, 3, 3]);
  });

  it.each([
    ['the same day', '2021-08-19', '2021-08-19', true],
    ['earlier than the day in the message', '2021-08-19', '2021-08-18', true],
    ['later than the day in the message', '2021-08-19', '2021-08-20', false],
    ['a number of days after a continuing contact, and the message named a day', '2021-08-19', 'open', false],
    ['a day, and the message named a number of days', 'open', '2021-09-30', true],
    ['a day, and the message named none, or it was not noted', null, '2021-08-20', true],
    ['no day', '2021-08-19', null, true],
  ])('says enough, by its last day, if the day that holds is %s', (_name, until, needed, enough) => {
    const told = given(requested, { ...sent, data: { ...sent.data, until } }).state;
    expect(saysEnough(told, { degree: 1, until: needed })).toBe(enough);
  });

  it('takes a message back on another day if the limit postponed it, but not if it failed for another reason', () => {
    const failed = (reason: 'bound' | 'over' | 'refused') =>
      given(requested, sent, withdrawn(true), { type: 'WithdrawalFailed', data: { alertId, reason, detail: '' } });
    expect(failed('bound').when(release).types).toEqual(['AlertWithdrawn']);
    failed('over').when(release).then();
    failed('refused').when(release).then();
    // A person who is found again meanwhile got a message that is true again.
    expect(['bound', 'over', 'refused'].map((why) => canBeReliedOn(failed(why as 'bound').state))).toEqual([
      true,
      false,
      false,
    ]);
  });
});
