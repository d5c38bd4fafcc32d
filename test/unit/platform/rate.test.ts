import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { RateLimit } from '../../../src/platform/rate.js';

afterEach(() => void jest.restoreAllMocks());

describe('A limit for a period of time', () => {
  it('holds separately for each key, and no longer after the time is over', async () => {
    const rate = new RateLimit('test', 3, 60);
    const passed: boolean[] = [];
    for (const place of ['a', 'a', 'a', 'a', 'b']) passed.push(await rate.passes(place));
    expect(passed).toEqual([true, true, true, false, true]);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    expect(await rate.passes('a')).toBe(true);
  });

  it('counts several that arrive at once as so many', async () => {
    const rate = new RateLimit('test', 3, 60);
    expect(await rate.passes('a', 3)).toBe(true);
    expect(await rate.passes('a')).toBe(false);
    expect(await rate.passes('b', 4)).toBe(false);
  });
});
