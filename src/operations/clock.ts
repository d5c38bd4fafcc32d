import type { ClockGuard } from '../event-log/clock-guard.js';

/** The clock beside the log, as operators are shown it. Instants are texts. */
export interface ClockShown {
  clock: string;
  /** Null where the log is empty. */
  last_event: string | null;
  /** Null while it is believed. */
  doubt: { direction: 'behind' | 'ahead'; known: string; says: string } | null;
}

export async function clockShown(guard: Pick<ClockGuard, 'shown'>): Promise<ClockShown> {
  const { clock, lastEvent, doubt, says } = await guard.shown();
  const known = doubt && new Date(doubt.knownAt).toISOString();
  return {
    clock,
    last_event: lastEvent,
    doubt: doubt && known ? { direction: doubt.direction, known, says: says ?? '' } : null,
  };
}
