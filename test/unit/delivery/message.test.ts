import { describe, expect, it } from '@jest/globals';
import type { MessageEvent } from '../../../src/delivery/events.js';
import { messageDecider, type MessageCommand } from '../../../src/delivery/message.js';
import { given as givenOf } from '../../support/decider-spec.js';

const messageId = 'm';
const due = { messageId, purpose: 'alert', about: 'a', whose: 'an' };
const isDue: MessageEvent = { type: 'MessageDue', data: due };
const handedTo = (provider: string): MessageEvent => ({
  type: 'MessageHandedToProvider',
  data: { messageId, provider },
});
const notAccepted = (outcome: 'refused' | 'uncertain'): MessageEvent => ({
  type: 'MessageNotAccepted',
  data: { messageId, provider: 'one', outcome, detail: 'down' },
});
const sent: MessageEvent = { type: 'MessageSent', data: { messageId, provider: 'one', reference: '1' } };
const failedAs = (reason: 'refused' | 'uncertain'): MessageEvent => ({
  type: 'MessageFailed',
  data: { messageId, provider: 'one', reason, detail: 'down' },
});
const delivered: MessageEvent = { type: 'MessageDelivered', data: { messageId, provider: 'one' } };
const undelivered: MessageEvent = {
  type: 'MessageUndelivered',
  data: { messageId, provider: 'one', detail: 'absent' },
};

const handOver: MessageCommand = { type: 'HandOver', due, provider: 'one' };
const end = (outcome: 'refused' | 'uncertain', provider = 'one'): MessageCommand => ({
  type: 'EndHandOver',
  data: { messageId, provider, outcome, detail: 'down' },
});
const markSent: MessageCommand = { type: 'MarkSent', due, provider: 'one', reference: '1' };
const fail = (reason: 'refused' | 'uncertain'): MessageCommand => ({
  ...{ type: 'Fail', due, provider: 'one', reason, detail: 'down' },
});
const markDelivered = (provider = 'one'): MessageCommand => ({ type: 'MarkDelivered', messageId, provider });
const markUndelivered = (provider = 'one'): MessageCommand => ({
  ...{ type: 'MarkUndelivered', messageId, provider, detail: 'absent' },
});

const given = givenOf(messageDecider);
const handedOver = [isDue, handedTo('one')];

describe('A message', () => {
  it('is described by the first event that is noted about it, whatever that is', () => {
    given().when(handOver).then(isDue, handedTo('one'));
    given().when(markSent).then(isDue, sent);
    given().when(fail('refused')).then(isDue, failedAs('refused'));
    given(...handedOver)
      .when(markSent)
      .then(sent);
  });

  it('about which nothing is known was not handed to anybody, and was neither delivered nor undelivered', () => {
    given().when(end('refused')).then();
    given().when(markDelivered()).then();
    given().when(markUndelivered()).then();
  });

  it('can be handed over again as long as it is neither sent nor given up', () => {
    given(...handedOver, notAccepted('refused'))
      .when(handOver)
      .then(handedTo('one'));
    given(...handedOver, notAccepted('uncertain'))
      .when(handOver)
      .then(handedTo('one'));
    for (const over of [[sent], [failedAs('refused')], [failedAs('uncertain')], [sent, delivered]]) {
      given(...handedOver, ...over)
        .when(handOver)
        .then();
    }
  });

  it('knows through which provider it may have been sent, and which certainly did not accept it', () => {
    given(...handedOver)
      .when(end('uncertain'))
      .then(notAccepted('uncertain'));
    given(...handedOver, notAccepted('uncertain'))
      .when(end('uncertain'))
      .then();
    given(...handedOver)
      .when(end('refused', 'two'))
      .then();
    expect(given(...handedOver, notAccepted('uncertain')).state.handOver).toEqual({ provider: 'one', over: true });
    expect(given(...handedOver, notAccepted('refused')).state).toMatchObject({ handOver: null, refusedBy: ['one'] });
  });

  it('that has ended stays so, unless it becomes known that it was sent', () => {
    for (const over of [sent, failedAs('refused'), failedAs('uncertain')]) {
      for (const command of [handOver, end('refused'), fail('refused'), fail('uncertain')]) {
        given(...handedOver, over)
          .when(command)
          .then();
      }
    }
    for (const over of [sent, failedAs('refused')]) {
      given(...handedOver, over)
        .when(markSent)
        .then();
    }
    given(...handedOver, failedAs('uncertain'))
      .when(markSent)
      .then(sent);
    expect(given(...handedOver, failedAs('uncertain')).state.handOver).toEqual({ provider: 'one', over: true });
    expect(given(...handedOver, failedAs('uncertain'), sent).state).toMatchObject({ status: 'sent', failure: null });
  });

  it('that was sent was delivered or was not, by the first report of the provider that sent it', () => {
    const went = [...handedOver, sent];
    given(...went)
      .when(markDelivered())
      .then(delivered);
    given(...went)
      .when(markUndelivered())
      .then(undelivered);
    given(...went)
      .when(markDelivered('two'))
      .then();
    given(...went)
      .when(markUndelivered('two'))
      .then();
    for (const reported of [delivered, undelivered]) {
      for (const command of [markDelivered(), markUndelivered(), markSent]) {
        given(...went, reported)
          .when(command)
          .then();
      }
    }
  });
});
