import { describe, expect, it } from '@jest/globals';
import { acceptingDecider } from '../../../src/operations/accepted-events.js';
import { fold } from '../../../src/kernel/decider.js';

const lan = { by: 'Lan', reason: 'of a test' };
const accept = (events: string[], by = lan) => ({ type: 'Accept' as const, events, ...by });

describe('Accepting that events stay out', () => {
  it('says of each event once who did, and why', () => {
    const first = acceptingDecider.decide(accept(['a', 'b', 'a']), acceptingDecider.initialState);
    expect(first).toEqual([{ type: 'SetAsideAccepted', data: { events: ['a', 'b'], ...lan } }]);
    const state = fold(acceptingDecider, first);
    const second = acceptingDecider.decide(accept(['b', 'c'], { by: 'Minh', reason: 'too' }), state);
    expect(second).toEqual([{ type: 'SetAsideAccepted', data: { events: ['c'], by: 'Minh', reason: 'too' } }]);
    expect(acceptingDecider.decide(accept(['a']), state)).toEqual([]);
    expect(state.get('a')).toEqual(lan);
  });
});
