import { z } from 'zod';
import { id, instant, seat } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { monthOf, readInstant, SECONDS_PER_DAY } from '../kernel/instant.js';

const LONGEST_STAY_DAYS = 366;

/** Stays are cut into days, each of which is written: one of years would be too much for the graph at a time. */
function staysAtMostAYear({ arrivedAt, leftAt }: { arrivedAt: string; leftAt: string | null }): boolean {
  // Of what is no time, that is said of the field itself.
  return leftAt === null || !(readInstant(leftAt) - readInstant(arrivedAt) > LONGEST_STAY_DAYS * SECONDS_PER_DAY);
}
const TOO_LONG_A_STAY = {
  path: ['leftAt'],
  message: `is more than ${LONGEST_STAY_DAYS} days after arrivedAt; state several stays`,
};

const visit = { visitId: id, personId: id, placeId: id, arrivedAt: instant };
/** `seat` as it is written there, such as 12A; null where none is known. A check-out says nothing of it. */
const stay = z.strictObject({ ...visit, leftAt: instant.nullable(), seat }).refine(staysAtMostAYear, TOO_LONG_A_STAY);

const visitOf = ({ visitId }: { visitId: string }) => `visit ${visitId}`;

/** Stays were first recorded without a seat. */
const withoutSeat = (data: unknown) => ({ seat: null, ...(data as object) });

/** A stay began; `leftAt` is null until a check-out is known (the graph then imputes one). */
export const CheckedIn = defineEvent({
  type: 'CheckedIn',
  restates: visitOf,
  version: 2,
  says: 'A stay at a place began, and ended where `leftAt` is known.',
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

/** The visit was otherwise than recorded: these are all its facts now. */
export const VisitCorrected = defineEvent({
  type: 'VisitCorrected',
  restates: visitOf,
  version: 2,
  says: 'A visit was otherwise than recorded; these are all its facts now.',
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

/** Two people were near each other; `personA` is the lower id. The same pair and start again replaces it. */
export const ProximityObserved = defineEvent({
  type: 'ProximityObserved',
  restates: ({ personA, personB, startedAt }) => `meeting ${JSON.stringify([personA, personB, startedAt])}`,
  version: 1,
  says: 'The phones of two people were near each other; stands with the lower id. The same pair and start again replaces it.',
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
 * What is known of where a person was in a month; nearness of two people stands with the lower id.
 * @param at an instant inside the month, as text.
 */
export const presenceStream = defineStream({
  pattern: 'presence-<personId>-<yyyymm>',
  name: (personId: string, at: string) => `presence-${personId}-${monthOf(readInstant(at))}`,
  events: PRESENCE,
});

/** All streams of the module. */
export const STREAMS = [presenceStream];
