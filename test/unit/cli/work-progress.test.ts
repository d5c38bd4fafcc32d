import { describe, expect, it } from '@jest/globals';
import { WorkProgress, type WorkLeft } from '../../../src/cli/work-progress.js';

const nothing: WorkLeft = {
  graphBehind: false,
  due: [],
  tracing: false,
  messages: 0,
  settled: 0,
  resting: 0,
  preparing: false,
};

describe('A person who waits', () => {
  it('is told about cases and messages, not about queues', () => {
    const progress = new WorkProgress();
    const left = (of: Partial<WorkLeft>) => progress.words({ ...nothing, settled: 200, ...of }).join(', ');
    expect(left({ graphBehind: true })).toBe('facts are being written to the contact graph');
    expect(left({ tracing: true })).toBe('cases are being searched');
    expect(left({ due: ['a', 'b', 'c'], tracing: true })).toBe('traced 0 of 3 cases');
    expect(left({ due: ['c'], messages: 1_500 })).toBe('traced 2 of 3 cases, 0 of 1,500 messages');
    expect(left({ settled: 1_717, messages: 1_543 })).toBe('traced 3 of 3 cases, 1,517 of 3,060 messages');
    expect(left({ settled: 1_717, messages: 1_543, resting: 1_500 })).toBe(
      'traced 3 of 3 cases, 1,517 of 3,060 messages, 1,500 wait for other messages to the same phone or for a retry',
    );
  });

  it('is told about a last check when nothing else is left', () => {
    expect(new WorkProgress().words(nothing)).toEqual(['a last check']);
    expect(new WorkProgress().words({ ...nothing, preparing: true })).toEqual(['messages are being prepared']);
  });
});
