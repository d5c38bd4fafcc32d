import { describe, expect, it } from '@jest/globals';
import { MergedIds } from '../../../src/contact-graph/merged-records.js';

describe('Records of one person', () => {
  it('lead to the one at the end, however many steps there are, and are found from each', () => {
    const merged = new MergedIds([
      ['paper', 'app'],
      ['app', 'card'],
      ['phone', 'card'],
    ]);
    for (const record of ['paper', 'app', 'phone', 'card']) {
      expect(merged.of(record)).toBe('card');
      expect(merged.with(record)).toEqual(['card', 'paper', 'app', 'phone']);
    }
    expect(merged.with('somebody else')).toEqual(['somebody else']);
    expect(merged.all().sort()).toEqual(['app', 'card', 'paper', 'phone']);
  });

  it('that point at one another in a circle, and all that point into it, are separate people', () => {
    const merged = new MergedIds([
      ['a', 'b'],
      ['b', 'a'],
      ['c', 'a'],
      ['d', 'e'],
    ]);
    for (const record of ['a', 'b', 'c']) expect(merged.with(record)).toEqual([record]);
    expect(merged.all().sort()).toEqual(['d', 'e']);
  });
});
