import type { ClockConfirmed } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { formatInstant } from '../kernel/instant.js';

/** How far a clock may be behind the latest known time, in milliseconds: the clocks of several machines differ. */
export const MOST_BEHIND = 86_400_000;
/** How far it may be ahead of it, in milliseconds: longer than a weekend, shorter than a gap that people overlook. */
export const MOST_AHEAD = 7 * 86_400_000;

/** What a process sees; all times in milliseconds since 1970. */
export interface ClockSeen {
  /** The time by its clock. */
  clockAt: number;
  /** When the log stored its last event, by the log's own clock; null when the log is empty. */
  lastEventAt: number | null;
  /** The clock's time at this process' last check without doubt; null at its start. */
  lookedAt: number | null;
}

/** Why a person has to confirm a clock before it is trusted. */
export interface Doubt {
  direction: 'behind' | 'ahead';
  clockAt: number;
  /** The latest known time, by the confirmed clock. */
  knownAt: number;
  /** Whether `knownAt` comes from the log's last event or from this process' own last check. */
  knownBy: 'log' | 'process';
}

export interface ClockCommand {
  type: 'Confirm';
  seen: ClockSeen;
  /** How many confirmations were known at that check: a later one may have settled the doubt. */
  confirmations: number;
  reason: string;
}

export interface ClockState {
  confirmations: number;
  /** How far the log's clock was ahead of the last confirmed clock, in milliseconds. */
  logAhead: number;
}

/** The event as read from the log, with the time when the log stored it, by the log's own clock. */
type Recorded = ClockConfirmed & { recordedAt?: Date };

/**
 * Decides whether the clock can be trusted. Rows, last days and night hours depend on it, so a clock that contradicts
 * the log waits for a person. A confirmation says that the clock is right, and thereby how far the log's clock is off.
 */
export const clockDecider: Decider<ClockCommand, Recorded, ClockState> = {
  initialState: { confirmations: 0, logAhead: 0 },

  decide({ seen, confirmations, reason }, state) {
    const { clockAt, lastEventAt } = seen;
    if (confirmations !== state.confirmations || lastEventAt === null || !doubtOf(seen, state)) return [];
    const data = { clock: textOf(clockAt), lastEvent: textOf(lastEventAt), reason };
    return [{ type: 'ClockConfirmed', data }];
  },

  evolve({ confirmations }, { data, recordedAt }) {
    const logAhead = recordedAt ? recordedAt.getTime() - Date.parse(data.clock) : 0;
    return { confirmations: confirmations + 1, logAhead };
  },
};

/** The doubt about a clock; undefined when there is none, and always for an empty log. */
export function doubtOf({ clockAt, lastEventAt, lookedAt }: ClockSeen, { logAhead }: ClockState): Doubt | undefined {
  if (lastEventAt === null) return undefined;
  const last = lastEventAt - logAhead;
  if (clockAt < last - MOST_BEHIND) return { direction: 'behind', clockAt, knownAt: last, knownBy: 'log' };
  const knownBy = lookedAt !== null && lookedAt > last ? 'process' : 'log';
  const knownAt = Math.max(last, lookedAt ?? last);
  return clockAt > knownAt + MOST_AHEAD ? { direction: 'ahead', clockAt, knownAt, knownBy } : undefined;
}

const textOf = (milliseconds: number): string => formatInstant(Math.floor(milliseconds / 1000));
