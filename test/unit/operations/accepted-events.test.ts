import { unverified } from '../../../src/kernel/actor.js';
import { describe, expect, it } from '@jest/globals';
import { acceptingDecider } from '../../../src/operations/accepted-events.js';
import { given as givenOf } from '../../support/decider-spec.js';

const accept = (events: string[], reason = 'of a test') => ({ type: 'Accept' as const, events, reason });
const given = givenOf(acceptingDecider, unverified('Lan', 'cli'));

describe('Accepting that events stay out', () => {
  it('says once for each event who accepted it, and why', () => {
    const first = { type: 'SetAsideAccepted' as const, data: { events: ['a', 'b'], reason: 'of a test' } };
    given()
      .when(accept(['a', 'b', 'a']))
      .then(first);
    const second = { type: 'SetAsideAccepted' as const, data: { events: ['c'], reason: 'too' } };
    given(first)
      .when(accept(['b', 'c'], 'too'))
      .then(second);
    given(first)
      .when(accept(['a']))
      .then();
    expect(given(first).state.get('a')).toEqual({ by: 'Lan', reason: 'of a test' });
  });
});
