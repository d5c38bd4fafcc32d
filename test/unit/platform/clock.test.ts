import { describe, expect, it } from '@jest/globals';
import { readClock } from '../../../src/platform/clock.js';
import { readConfig } from '../../../src/platform/config.js';

const NOON = Date.parse('2026-11-28T12:00:00Z');

describe('The clock of a test', () => {
  it('stands still at an instant, so that all processes agree on it', () => {
    expect(readClock('2021-08-15T10:00:00+07:00')?.()).toBe(Date.parse('2021-08-15T03:00:00Z'));
    expect(readClock('2021-08-15T10:00Z')?.()).toBe(Date.parse('2021-08-15T10:00:00Z'));
  });

  it.each([
    ['-3d', '2026-11-25T12:00:00Z'],
    ['+36h', '2026-11-30T00:00:00Z'],
    ['+90m', '2026-11-28T13:30:00Z'],
  ])('runs with that of the machine, shifted by %s', (text, at) => {
    let machine = NOON;
    const now = readClock(text, () => machine);
    expect(now?.()).toBe(Date.parse(at));
    machine += 5_000;
    expect(now?.()).toBe(Date.parse(at) + 5_000);
  });

  it.each(['2021-08-15', '2021-08-15T10:00:00', '2021-13-15T10:00:00Z', 'yesterday', '3d', '+3w', ''])(
    'cannot be set by "%s"',
    (text) => {
      expect(readClock(text)).toBeUndefined();
    },
  );

  it('is the same in the whole program, and that of the machine unless it is set', () => {
    const set = readConfig({ TRUYVET_CLOCK: '2021-08-15T03:00:00Z' });
    expect(set.clock).toBe('2021-08-15T03:00:00Z');
    expect(set.now()).toBe(Date.parse('2021-08-15T03:00:00Z'));
    expect(readConfig({})).toMatchObject({ clock: undefined, now: Date.now });
    expect(() => readConfig({ TRUYVET_CLOCK: 'yesterday' })).toThrow(/TRUYVET_CLOCK must be a time with its offset/);
  });
});
