import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/platform/config.js';

describe('The authority whose disease profiles apply', () => {
  it('is Vietnam unless another is set', () => {
    expect(readConfig({}).authority).toBe('vn');
    expect(readConfig({ TRUYVET_AUTHORITY: 'us-cdc' }).authority).toBe('us-cdc');
  });

  it('is refused by name when it is none that a profile can name', () => {
    expect(() => readConfig({ TRUYVET_AUTHORITY: 'US CDC' })).toThrow(/TRUYVET_AUTHORITY must be of lower-case/);
  });
});
