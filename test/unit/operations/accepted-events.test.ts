import { unverified } from '../../../src/kernel/actor.js';
import { describe, expect, it } from '@jest/globals';
import { acceptingDecider } from '../../../src/operations/accepted-events.js';

const lan = unverified('Lan', 'cli');
const accept = (events: string[], reason = 'of a test') => ({ type: 'Accept' as const, events, reason });

describe('Accepting that events stay out', () => {
  it('says of each event once who did, and why', () => {
    const first = acceptingDecider.decide(accept(['a', 'b', 'a']), acceptingDecider.initialState);
    expect(first).toEqual([{ type: 'SetAsideAccepted', data: { events: ['a', 'b'], reason: 'of a test' } }]);
    const state = first.reduce(
      (before, event) => acceptingDecider.evolve(before, event, lan),
      acceptingDecider.initialState,
    );
    const second = acceptingDecider.decide(accept(['b', 'c'], 'too'), state);
    expect(second).toEqual([{ type: 'SetAsideAccepted', data: { events: ['c'], reason: 'too' } }]);
    expect(acceptingDecider.decide(accept(['a']), state)).toEqual([]);
    expect(state.get('a')).toEqual({ by: 'Lan', reason: 'of a test' });
  });
});
