import { REPLAYED_REASONS } from '../alerting/words.js';
import { z } from 'zod';
import { freeText, id, lastDay, name, ordinal, reference } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { idOf } from '../kernel/ids.js';

/** Of a message that a provider did not accept. */
const notAccepted = z.enum(['refused', 'uncertain']);

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

/**
 * A message is to go: why (a purpose that a module registers), what it is about (an alert, a reminder) and whose it is: the
 * person's id, or where it is a phone's, the hash of that. Opens the stream, together with the first hand-over.
 */
export const MessageDue = defineEvent({
  type: 'MessageDue',
  version: 1,
  says: 'A message is to go; opens its stream. `purpose` is why, `about` the alert or reminder, `whose` the person, or the hash of a phone.',
  data: z.strictObject({ messageId: id, purpose: id, about: id, whose: id }),
});
export type MessageDue = EventOf<typeof MessageDue>;

/**
 * It is about to be handed to a provider: from here on it may have gone through it. Noted where there are several
 * providers, or one that could not tell a repeat and cannot be asked.
 */
export const MessageHandedToProvider = defineEvent({
  type: 'MessageHandedToProvider',
  version: 1,
  says: 'The message is about to be handed to a provider, through which it may have gone from here on.',
  data: z.strictObject({ messageId: id, provider: name }),
});
export type MessageHandedToProvider = EventOf<typeof MessageHandedToProvider>;

/** The provider certainly did not take it (`refused`), or nobody knows whether it did: it goes on being due. */
export const MessageNotAccepted = defineEvent({
  type: 'MessageNotAccepted',
  version: 1,
  says: 'The provider certainly did not take the message, or nobody knows whether it did; it is still to go.',
  data: z.strictObject({ messageId: id, provider: name, outcome: notAccepted, detail: freeText }),
});
export type MessageNotAccepted = EventOf<typeof MessageNotAccepted>;

/** A provider accepted it, and calls it by this reference. */
export const MessageSent = defineEvent({
  type: 'MessageSent',
  version: 1,
  says: 'A provider accepted the message, and reports on it by this reference.',
  data: z.strictObject({ messageId: id, provider: name, reference }),
});
export type MessageSent = EventOf<typeof MessageSent>;

/** Nobody tries it any more: the receiver can never get it, or it may have gone and is not to go twice. */
export const MessageFailed = defineEvent({
  type: 'MessageFailed',
  version: 1,
  says: 'The message is not tried any more: the receiver can never get it, or it may have gone and is not to go twice.',
  data: z.strictObject({ messageId: id, provider: name, reason: notAccepted, detail: freeText }),
});
export type MessageFailed = EventOf<typeof MessageFailed>;

/** The network delivered it; whether anybody read it nobody knows. */
export const MessageDelivered = defineEvent({
  type: 'MessageDelivered',
  version: 1,
  says: 'The network delivered the message.',
  data: z.strictObject({ messageId: id, provider: name }),
});
export type MessageDelivered = EventOf<typeof MessageDelivered>;

/** The network could not deliver what the provider had accepted. */
export const MessageUndelivered = defineEvent({
  type: 'MessageUndelivered',
  version: 1,
  says: 'The network could not deliver the message, which the provider had accepted.',
  data: z.strictObject({ messageId: id, provider: name, detail: freeText }),
});
export type MessageUndelivered = EventOf<typeof MessageUndelivered>;

export type MessageEvent =
  | MessageDue
  | MessageHandedToProvider
  | MessageNotAccepted
  | MessageSent
  | MessageFailed
  | MessageDelivered
  | MessageUndelivered;
/** What became of one message. Its partition follows from `whose`. */
export const messageStream = defineStream({
  pattern: 'message-<whose>-<messageId>',
  name: ({ whose, messageId }: Pick<MessageDue['data'], 'whose' | 'messageId'>) => `message-${whose}-${messageId}`,
  events: eventSet(
    MessageDue,
    MessageHandedToProvider,
    MessageNotAccepted,
    MessageSent,
    MessageFailed,
    MessageDelivered,
    MessageUndelivered,
  ),
});

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
export const STREAMS = [messageStream, allowanceStream, operationsStream];
