import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/platform/config.js';

describe('The settings of how check-ins are taken', () => {
  it('are all off by default: any age is taken, and each check-in for what it says', () => {
    expect(readConfig({})).toMatchObject({ closeByNext: false, doubleScanMinutes: 0 });
    expect(readConfig({}).retentionDays).toBeUndefined();
  });

  it('are read from the environment', () => {
    const env = { TRUYVET_RETENTION_DAYS: '30', TRUYVET_CLOSE_BY_NEXT: 'on', TRUYVET_DOUBLE_SCAN_MINUTES: '2.5' };
    expect(readConfig(env)).toMatchObject({ retentionDays: 30, closeByNext: true, doubleScanMinutes: 2.5 });
  });

  it.each([
    ['TRUYVET_RETENTION_DAYS', '0'],
    ['TRUYVET_RETENTION_DAYS', 'a month'],
    ['TRUYVET_CLOSE_BY_NEXT', 'yes'],
    ['TRUYVET_DOUBLE_SCAN_MINUTES', '-1'],
  ])('are refused by name when wrong (%s=%s)', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
