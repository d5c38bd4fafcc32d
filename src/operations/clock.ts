import { z } from 'zod';
import type { ClockGuard } from '../event-log/clock-guard.js';
import { given as open, type Context } from '../requests/context.js';
import { outcomeOf } from '../requests/outcome.js';
import { changed } from '../requests/change-outcome.js';

const doubt = z.object({
  direction: z.enum(['behind', 'ahead']),
  known: z.string().describe('The latest known time, by the confirmed clock.'),
  says: z.string().describe('The doubt as a sentence.'),
});

/** The clock compared with the log, for operators. Instants are ISO texts. */
export const clockAnswer = z.object({
  clock: z.string().describe('The time by the clock of the process that answers.'),
  last_event: z.string().nullable().describe('When the log stored its last event; null when it is empty.'),
  doubt: doubt.nullable().describe('Null while the clock is not in doubt.'),
});
export type ClockShown = z.infer<typeof clockAnswer>;

export const confirmedAnswer = changed.extend({ clock: clockAnswer.shape.clock });
export type ConfirmedClock = z.infer<typeof confirmedAnswer>;

export async function clockShown(guard: Pick<ClockGuard, 'shown'>): Promise<ClockShown> {
  const { clock, lastEvent, doubt: found, says } = await guard.shown();
  const known = found && new Date(found.knownAt).toISOString();
  return {
    clock,
    last_event: lastEvent,
    doubt: found && known ? { direction: found.direction, known, says: says ?? '' } : null,
  };
}

export const show = ({ base }: Context): Promise<ClockShown> => clockShown(open(base, 'clock'));

/** Confirms the clock. */
export async function confirm({ base, provenance }: Context, given: { reason: string }): Promise<ConfirmedClock> {
  const did = await open(base, 'clock').confirm(given, provenance);
  return { ...outcomeOf(did), clock: new Date((base.now ?? Date.now)()).toISOString() };
}
