import { describe, expect, it } from '@jest/globals';
import { readInstant } from '../../../src/domain/instant.js';
import { stayOf } from '../../../src/domain/quarantine.js';

const RULES = { 1: { days: 14 }, 2: { days: 7 } };
const met = (degree: number, lastExposureAt: string | null) => ({ degree, lastExposureAt });
const [FIRST, LATER] = ['2021-08-01T10:00:00Z', '2021-08-11T10:00:00Z'];

describe('How long somebody stays at home', () => {
  it('is counted from the last exposure, by the degree', () => {
    expect(stayOf(RULES, [met(1, FIRST)])).toEqual({ days: 14, until: readInstant('2021-08-15T10:00:00Z') });
    expect(stayOf(RULES, [met(2, FIRST)])).toEqual({ days: 7, until: readInstant('2021-08-08T10:00:00Z') });
  });

  it('has no day while the exposure goes on', () => {
    expect(stayOf(RULES, [met(1, null)])).toEqual({ days: 14, until: null });
  });

  it('is for several people of a phone what holds for the last of them', () => {
    const until = readInstant('2021-08-18T10:00:00Z');
    expect(stayOf(RULES, [met(1, FIRST), met(2, LATER)])).toEqual({ days: 7, until });
    expect(stayOf(RULES, [met(1, FIRST), met(2, null)])).toEqual({ days: 14, until: null });
  });

  it('is not said where the rules say nothing of it', () => {
    expect(stayOf({}, [met(1, FIRST)])).toBeUndefined();
    expect(stayOf({ 1: { days: 14 } }, [met(2, null)])).toBeUndefined();
  });
});
