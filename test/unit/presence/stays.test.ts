import { describe, expect, it } from '@jest/globals';
import { withoutRepeats } from '../../../src/presence/stays.js';

const stay = (placeId: string, from: number, to: number, open = false) => ({ placeId, from, to, open });

describe('Stays under several records of one person', () => {
  it('are one if they overlap at one place, and separate if one begins when the other has ended', () => {
    expect(
      withoutRepeats([
        stay('cafe', 50, 80),
        stay('pool', 60, 70),
        stay('cafe', 0, 60),
        stay('cafe', 10, 20),
        stay('cafe', 80, 90),
      ]),
    ).toEqual([stay('cafe', 0, 80), stay('pool', 60, 70), stay('cafe', 80, 90)]);
  });

  it('have a known end if another record only guesses the same', () => {
    expect(withoutRepeats([stay('cafe', 0, 60, true), stay('cafe', 10, 60)])).toEqual([stay('cafe', 0, 60, false)]);
    expect(withoutRepeats([stay('cafe', 0, 60), stay('cafe', 10, 70, true)])).toEqual([stay('cafe', 0, 70, true)]);
  });

  it('are not changed otherwise', () => {
    const told = [stay('cafe', 0, 60), stay('cafe', 30, 90)];
    withoutRepeats(told);
    expect(told).toEqual([stay('cafe', 0, 60), stay('cafe', 30, 90)]);
  });
});
