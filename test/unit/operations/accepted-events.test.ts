import { describe, expect, it } from '@jest/globals';
import { acceptingDecider } from '../../../src/operations/accepted-events.js';
import { given as givenOf } from '../../support/decider-spec.js';

const lan = { by: 'Lan', reason: 'of a test' };
const accept = (events: string[], by = lan) => ({ type: 'Accept' as const, events, ...by });
const given = givenOf(acceptingDecider);

describe('Accepting that events stay out', () => {
  it('says of each event once who did, and why', () => {
    const first = { type: 'SetAsideAccepted' as const, data: { events: ['a', 'b'], ...lan } };
    given()
      .when(accept(['a', 'b', 'a']))
      .then(first);
    const minh = { by: 'Minh', reason: 'too' };
    const second = { type: 'SetAsideAccepted' as const, data: { events: ['c'], ...minh } };
    given(first)
      .when(accept(['b', 'c'], minh))
      .then(second);
    given(first)
      .when(accept(['a']))
      .then();
    expect(given(first).state.get('a')).toEqual(lan);
  });
});
