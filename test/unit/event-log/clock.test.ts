import type { ClockConfirmed } from '../../../src/event-log/events.js';
import { describe, expect, it } from '@jest/globals';
import { clockDecider, doubtOf, type ClockCommand } from '../../../src/event-log/clock.js';
import { given } from '../../support/decider-spec.js';

const at = (text: string) => Date.parse(text);
const maybe = (text: string | null) => (text === null ? null : at(text));
const said = { reason: 'looked at the clock of the wall' };

/**
 * The clock shows one time, and the log took its last event at another; `looked` is what a running process saw a moment
 * ago.
 */
const confirm = (
  clock: string,
  last: string | null,
  { looked = null as string | null, known = 0 } = {},
): ClockCommand => ({
  type: 'Confirm',
  seen: { clockAt: at(clock), lastEventAt: maybe(last), lookedAt: maybe(looked) },
  confirmations: known,
  ...said,
});
const confirmed = (clock: string, lastEvent: string): ClockConfirmed => ({
  type: 'ClockConfirmed',
  data: { clock, lastEvent, ...said },
});
/** The event as the log returns it. */
const taken = (event: ClockConfirmed, recordedAt: string) => ({ ...event, recordedAt: new Date(recordedAt) });

const LAST = '2026-11-20T08:00:00Z';
const WEEK = '2026-11-27T08:00:00Z';
const WEEK_LATER = '2026-11-27T08:00:01Z';

describe('A person who confirms a clock', () => {
  it.each<[string, (ClockConfirmed & { recordedAt?: Date })[], ClockCommand, ClockConfirmed[]]>([
    ['given an empty log, then there is nothing to confirm', [], confirm(WEEK_LATER, null), []],
    ['given a clock a week after the last event, then nothing', [], confirm(WEEK, LAST), []],
    [
      'given one more than a week after it, then it is confirmed with what was seen',
      [],
      confirm(WEEK_LATER, LAST),
      [confirmed(WEEK_LATER, LAST)],
    ],
    ['given a clock a day before the last event, then nothing', [], confirm('2026-11-19T08:00:00Z', LAST), []],
    [
      'given one more than a day before it, then it is confirmed',
      [],
      confirm('2026-11-19T07:59:59Z', LAST),
      [confirmed('2026-11-19T07:59:59Z', LAST)],
    ],
    [
      'given a quiet week in which the process ran, then nothing',
      [],
      confirm(WEEK_LATER, LAST, { looked: '2026-11-27T08:00:00Z' }),
      [],
    ],
    [
      'given a clock that was set more than a week ahead while the process ran, then it is confirmed',
      [],
      confirm('2026-11-28T08:00:01Z', LAST, { looked: '2026-11-21T08:00:00Z' }),
      [confirmed('2026-11-28T08:00:01Z', LAST)],
    ],
    [
      'given another confirmation that this one did not know, then nothing: somebody was faster',
      [taken(confirmed(WEEK_LATER, LAST), WEEK_LATER)],
      confirm(WEEK_LATER, LAST),
      [],
    ],
    [
      'given a log whose clock was confirmed to be a year ahead, when its next event is a day later, then nothing',
      [taken(confirmed('2026-11-20T08:00:00Z', '2027-11-20T08:00:00Z'), '2027-11-20T08:00:00Z')],
      confirm('2026-11-21T08:00:00Z', '2027-11-21T08:00:00Z', { known: 1 }),
      [],
    ],
    [
      "given that, when the log's clock is corrected, then it has to be confirmed again",
      [taken(confirmed('2026-11-20T08:00:00Z', '2027-11-20T08:00:00Z'), '2027-11-20T08:00:00Z')],
      confirm('2026-11-21T08:00:00Z', '2026-11-21T08:00:00Z', { known: 1 }),
      [confirmed('2026-11-21T08:00:00Z', '2026-11-21T08:00:00Z')],
    ],
  ])('%s', (_, history, command, then) => {
    given(clockDecider)(...history)
      .when(command)
      .then(...then);
  });

  it('is told in which direction it differs, and from what', () => {
    const state = clockDecider.initialState;
    const seen = (clock: string, looked: string | null = null) => confirm(clock, LAST, { looked }).seen;
    expect(doubtOf(seen(WEEK_LATER), state)).toMatchObject({ direction: 'ahead', knownAt: at(LAST), knownBy: 'log' });
    expect(doubtOf(seen('2026-11-18T08:00:00Z'), state)).toMatchObject({ direction: 'behind', knownBy: 'log' });
    expect(doubtOf(seen('2027-01-01T00:00:00Z', '2026-11-22T08:00:00Z'), state)).toMatchObject({
      ...{ direction: 'ahead', knownAt: at('2026-11-22T08:00:00Z'), knownBy: 'process' },
    });
  });
});
