import { describe, expect, it } from '@jest/globals';
import type { PhoneMessageAllowed } from '../../../src/delivery/events.js';
import { allowanceDecider, type AllowanceCommand, type MessageContent } from '../../../src/delivery/phone-allowance.js';
import { given as givenOf } from '../../support/decider-spec.js';

const given = givenOf(allowanceDecider);
const content: MessageContent = { degree: 1, until: '2021-08-15', cases: ['c'] };
const take = (messageId: string, said: MessageContent | null = null): AllowanceCommand => ({
  ...{ type: 'Take', messageId, said, most: 2 },
});
const allowed = (messageId: string, said: MessageContent | null = null): PhoneMessageAllowed => ({
  type: 'PhoneMessageAllowed',
  data: { messageId, said: said && { ...said, cases: [...said.cases] } },
});

describe('The messages that a phone may get on a day', () => {
  it('are allowed with what each tells a contact', () => {
    given().when(take('a', content)).then(allowed('a', content));
  });

  it('are no more than the most a day', () => {
    given(allowed('a'), allowed('b')).when(take('c')).then();
  });

  it('count a message once, however often it is tried', () => {
    given(allowed('a', content)).when(take('a', content)).then();
    expect(givenOf(allowanceDecider)(allowed('a', content), allowed('a', content)).state.size).toBe(1);
  });

  it('may say something else on the next try, also when no more are allowed', () => {
    const longer = { ...content, until: '2021-08-20' };
    given(allowed('a', content), allowed('b')).when(take('a', longer)).then(allowed('a', longer));
    const ofMore = { ...content, cases: ['c', 'd'] };
    given(allowed('a', content), allowed('b')).when(take('a', ofMore)).then(allowed('a', ofMore));
  });
});
