import type { ClockConfirmed } from './events.js';
import type { Decider } from '../kernel/decider.js';
import { formatInstant } from '../kernel/instant.js';

/** Milliseconds that a clock may be behind what is known to have been already: clocks of several machines differ. */
export const MOST_BEHIND = 86_400_000;
/** Milliseconds that it may be ahead of what is known: longer than a weekend, shorter than anybody should not notice. */
export const MOST_AHEAD = 7 * 86_400_000;

/** What a process sees. All in milliseconds since 1970. */
export interface ClockSeen {
  /** What its clock says. */
  clockAt: number;
  /** When the log took its last event, by the log's own clock; null where it is empty. */
  lastEventAt: number | null;
  /** What this process' clock said when it looked last and nothing was in doubt; null at its start. */
  lookedAt: number | null;
}

/** Why a clock cannot be believed without a person's word. */
export interface Doubt {
  direction: 'behind' | 'ahead';
  clockAt: number;
  /** What has been already, by the clock that holds. */
  knownAt: number;
  /** Whether that is of the log's last event, or of this process' own last look at its clock. */
  knownBy: 'log' | 'process';
}

export interface ClockCommand {
  type: 'Confirm';
  seen: ClockSeen;
  /** How many confirmations were known when it was seen: another one meanwhile may have settled it. */
  confirmations: number;
  reason: string;
}

export interface ClockState {
  confirmations: number;
  /** Milliseconds by which the clock of the log was ahead of the one that was confirmed last. */
  logAhead: number;
}

/** As the log gives it back, with when it took it by its own clock. */
type Recorded = ClockConfirmed & { recordedAt?: Date };

/**
 * Whether the clock is the one to go by. Rows, last days and the hours of the night go by it, so what contradicts the log
 * waits for a person: who confirms a clock says that it is right, and by how much that of the log is not.
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

/** Undefined where there is no reason to doubt, as in a log that is empty. */
export function doubtOf({ clockAt, lastEventAt, lookedAt }: ClockSeen, { logAhead }: ClockState): Doubt | undefined {
  if (lastEventAt === null) return undefined;
  const last = lastEventAt - logAhead;
  if (clockAt < last - MOST_BEHIND) return { direction: 'behind', clockAt, knownAt: last, knownBy: 'log' };
  const knownBy = lookedAt !== null && lookedAt > last ? 'process' : 'log';
  const knownAt = Math.max(last, lookedAt ?? last);
  return clockAt > knownAt + MOST_AHEAD ? { direction: 'ahead', clockAt, knownAt, knownBy } : undefined;
}

const textOf = (milliseconds: number): string => formatInstant(Math.floor(milliseconds / 1000));
