import { z } from 'zod';
import { id, instant, seat } from '../kernel/content.js';
import { adding, defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { monthOf, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';

const LONGEST_STAY_DAYS = 366;

/** The graph divides stays into days and writes each of them: a stay of years would be too much at a time. */
function staysAtMostAYear({ arrivedAt, leftAt }: { arrivedAt: string; leftAt: string | null }): boolean {
  // A value that is not a time gives NaN here; its own field reports it.
  return leftAt === null || !(readInstant(leftAt) - readInstant(arrivedAt) > LONGEST_STAY_DAYS * SECONDS_PER_DAY);
}
const TOO_LONG_A_STAY = {
  path: ['leftAt'],
  message: `is more than ${LONGEST_STAY_DAYS} days after arrivedAt; state several stays`,
};

const visit = { visitId: id, personId: id, placeId: id, arrivedAt: instant };
/** `seat` as it is labelled, such as 12A; null if unknown. A check-out does not mention it. */
const stay = z.strictObject({ ...visit, leftAt: instant.nullable(), seat }).refine(staysAtMostAYear, TOO_LONG_A_STAY);

const visitOf = ({ visitId }: { visitId: string }) => `visit ${visitId}`;

/** Version 1 had no seat. */
const withoutSeat = adding({ seat: null });

/** A stay began; `leftAt` is null until a check-out is known (the graph then imputes one). */
export const CheckedIn = defineEvent({
  type: 'CheckedIn',
  restates: visitOf,
  version: 2,
  says: 'A stay at a place began, and ended if `leftAt` is known.',
  data: stay,
  upcasts: [withoutSeat],
});
export type CheckedIn = EventOf<typeof CheckedIn>;

export const CheckedOut = defineEvent({
  type: 'CheckedOut',
  restates: visitOf,
  version: 1,
  says: 'A stay ended.',
  data: z.strictObject({ ...visit, leftAt: instant }).refine(staysAtMostAYear, TOO_LONG_A_STAY),
});
export type CheckedOut = EventOf<typeof CheckedOut>;

/** Corrects a visit: these are all its facts now. */
export const VisitCorrected = defineEvent({
  type: 'VisitCorrected',
  restates: visitOf,
  version: 2,
  says: 'A visit was recorded wrongly; these are all its facts now.',
  data: stay,
  upcasts: [withoutSeat],
});
export type VisitCorrected = EventOf<typeof VisitCorrected>;

/** The visit never took place. */
export const VisitRetracted = defineEvent({
  type: 'VisitRetracted',
  restates: visitOf,
  version: 1,
  says: 'A visit never took place.',
  data: z.strictObject({ visitId: id, personId: id }),
});
export type VisitRetracted = EventOf<typeof VisitRetracted>;

/** Two people were near each other; `personA` is the lower id. A later event of the same pair and start replaces it. */
export const ProximityObserved = defineEvent({
  type: 'ProximityObserved',
  restates: ({ personA, personB, startedAt }) => `meeting ${JSON.stringify([personA, personB, startedAt])}`,
  version: 1,
  says:
    'The phones of two people were near each other; stored with the lower id. A later event of the same pair and ' +
    'start replaces it.',
  data: z.strictObject({
    personA: id,
    personB: id,
    startedAt: instant,
    endedAt: instant,
    distanceMetres: z.number().min(0).nullable(),
  }),
});
export type ProximityObserved = EventOf<typeof ProximityObserved>;

export const PRESENCE = eventSet(CheckedIn, CheckedOut, VisitCorrected, VisitRetracted, ProximityObserved);
export type PresenceEvent = EventOf<
  typeof CheckedIn | typeof CheckedOut | typeof VisitCorrected | typeof VisitRetracted | typeof ProximityObserved
>;

/**
 * The whereabouts of a person in a month; proximity of two people is in the stream of the lower id.
 * @param at an instant in the month, as text.
 */
export const presenceStream = defineStream({
  pattern: 'presence-<personId>-<yyyymm>',
  name: (personId: string, at: string) => `presence-${personId}-${monthOf(at)}`,
  events: PRESENCE,
});

/** All streams of the module. */
export const STREAMS = [presenceStream];
