import { z } from 'zod';
import { freeText, id, lastDay, name, ordinal } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { idOf } from '../kernel/ids.js';

/** As what an alert may have failed for telling it again to make sense. */
export const REPLAYED_REASONS = ['refused', 'undelivered', 'uncertain', 'file'] as const;
export type ReplayedReason = (typeof REPLAYED_REASONS)[number];

/**
 * A message takes one of those that a phone may get on a day, just before it goes; known by its id, it takes one however
 * often it is tried. `said` is what it tells of a contact, by which that is known if nobody lives to note that it went.
 */
export const PhoneMessageAllowed = defineEvent({
  type: 'PhoneMessageAllowed',
  version: 2,
  says: 'A message takes one of those that a phone may get on a day, just before it goes; `said` is what it tells of a contact.',
  data: z.strictObject({
    messageId: id,
    said: z.strictObject({ degree: ordinal, until: lastDay, cases: z.array(id) }).nullable(),
  }),
  upcasts: [
    (data) => {
      const { said, ...rest } = data as { said: object | null };
      return { ...rest, said: said && { ...said, cases: [] } };
    },
  ],
});
export type PhoneMessageAllowed = EventOf<typeof PhoneMessageAllowed>;

/** An operator stopped messages from being handed to a provider, or to any where none is named. */
export const AlertingPaused = defineEvent({
  type: 'AlertingPaused',
  version: 2,
  says: 'An operator stopped messages from being handed to a provider; null stands for all of them.',
  data: z.strictObject({ provider: name.nullable(), reason: freeText }),
  timeless: true,
  upcasts: [withoutBy],
  named: BY,
});
export type AlertingPaused = EventOf<typeof AlertingPaused>;

/** What was paused goes on. */
export const AlertingResumed = defineEvent({
  type: 'AlertingResumed',
  version: 2,
  says: 'An operator let what was paused go on.',
  data: z.strictObject({ provider: name.nullable(), reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertingResumed = EventOf<typeof AlertingResumed>;

/** An operator had failed alerts told again: so many, of those that the order speaks of. */
export const AlertReplayOrdered = defineEvent({
  type: 'AlertReplayOrdered',
  version: 2,
  says: 'An operator had so many failed alerts told again; each has an AlertReplayed of its own.',
  data: z.strictObject({
    alerts: ordinal,
    caseId: id.nullable(),
    failedAs: z.array(z.enum(REPLAYED_REASONS)),
    provider: name.nullable(),
    reason: freeText,
  }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertReplayOrdered = EventOf<typeof AlertReplayOrdered>;

/** @param day as 2021-08-01. */
export const allowanceStream = defineStream({
  pattern: 'allowance-<phone and day, hashed>',
  name: (phoneIndex: string, day: string) => `allowance-${idOf('allowance', phoneIndex, day)}`,
  events: eventSet(PhoneMessageAllowed),
});
export type AllowanceEvent = PhoneMessageAllowed;

export type OperationEvent = AlertingPaused | AlertingResumed | AlertReplayOrdered;
/** What operators decided about alerting as a whole. */
export const operationsStream = defineStream({
  pattern: 'operations-alerts',
  name: () => 'operations-alerts',
  events: eventSet(AlertingPaused, AlertingResumed, AlertReplayOrdered),
});

/** All streams of the module. */
export const STREAMS = [allowanceStream, operationsStream];
