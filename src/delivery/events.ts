import { REPLAYED_REASONS } from '../alerting/words.js';
import { z } from 'zod';
import { freeText, id, lastDay, name, ordinal, reference } from '../kernel/content.js';
import { defineEvent, eventSet, upcast, type EventOf, BY, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { idOf } from '../kernel/ids.js';

/** Why a provider did not accept a message. */
const notAccepted = z.enum(['refused', 'uncertain']);

/**
 * A message uses up one of those that a phone may get on a day, just before it is sent. It is known by its id, so it
 * uses up only one, however often it is tried. `said` is what it tells a contact, so that this is known even if its
 * process dies before recording that it was sent.
 */
export const PhoneMessageAllowed = defineEvent({
  type: 'PhoneMessageAllowed',
  version: 2,
  says:
    'A message uses up one of those that a phone may get on a day, just before it is sent; `said` is what it tells ' +
    'a contact.',
  data: z.strictObject({
    messageId: id,
    said: z.strictObject({ degree: ordinal, until: lastDay, cases: z.array(id) }).nullable(),
  }),
  upcasts: [
    upcast(z.looseObject({ said: z.looseObject({}).nullable() }), ({ said, ...rest }) => ({
      ...rest,
      said: said && { ...said, cases: [] },
    })),
  ],
});
export type PhoneMessageAllowed = EventOf<typeof PhoneMessageAllowed>;

/** An operator stopped messages from being given to a provider, or to any provider if none is named. */
export const AlertingPaused = defineEvent({
  type: 'AlertingPaused',
  version: 2,
  says: 'An operator stopped messages from being given to a provider; a `provider` of null means all of them.',
  data: z.strictObject({ provider: name.nullable(), reason: freeText }),
  timeless: true,
  upcasts: [withoutBy],
  named: BY,
});
export type AlertingPaused = EventOf<typeof AlertingPaused>;

/** An operator ended a pause. */
export const AlertingResumed = defineEvent({
  type: 'AlertingResumed',
  version: 2,
  says: 'An operator ended a pause.',
  data: z.strictObject({ provider: name.nullable(), reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertingResumed = EventOf<typeof AlertingResumed>;

/** An operator had failed alerts sent again: how many, and which ones the order was about. */
export const AlertReplayOrdered = defineEvent({
  type: 'AlertReplayOrdered',
  version: 2,
  says: 'An operator ordered failed alerts to be sent again: how many were; each has its own AlertReplayed.',
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
 * A message has to be sent. `purpose` is why (a purpose that a module registers), `about` its subject (an alert, a
 * reminder), and `whose` the person's id or, for a message to a phone, the hash of the phone. Opens the stream,
 * together with the first hand-over.
 */
export const MessageDue = defineEvent({
  type: 'MessageDue',
  version: 1,
  says:
    'A message has to be sent; opens its stream. `purpose` is why, `about` the alert or reminder, `whose` the ' +
    'person or the hash of the phone.',
  data: z.strictObject({ messageId: id, purpose: id, about: id, whose: id }),
});
export type MessageDue = EventOf<typeof MessageDue>;

/**
 * The message is about to be given to a provider; from here on it may have been sent. Recorded if there are several
 * providers, or if the only one cannot be asked for messages.
 */
export const MessageHandedToProvider = defineEvent({
  type: 'MessageHandedToProvider',
  version: 1,
  says: 'The message is about to be given to a provider, and may have been sent from here on.',
  data: z.strictObject({ messageId: id, provider: name }),
});
export type MessageHandedToProvider = EventOf<typeof MessageHandedToProvider>;

/** The provider certainly did not accept it (`refused`), or nobody knows whether it did: it is still due. */
export const MessageNotAccepted = defineEvent({
  type: 'MessageNotAccepted',
  version: 1,
  says: 'The provider certainly did not accept the message, or nobody knows whether it did; it still has to be sent.',
  data: z.strictObject({ messageId: id, provider: name, outcome: notAccepted, detail: freeText }),
});
export type MessageNotAccepted = EventOf<typeof MessageNotAccepted>;

/** A provider accepted the message, and reports on it by this reference. */
export const MessageSent = defineEvent({
  type: 'MessageSent',
  version: 1,
  says: 'A provider accepted the message, and reports on it by this reference.',
  data: z.strictObject({ messageId: id, provider: name, reference }),
});
export type MessageSent = EventOf<typeof MessageSent>;

/**
 * The message is not tried any more: the receiver can never get it, or it may have been sent and must not be sent
 * twice.
 */
export const MessageFailed = defineEvent({
  type: 'MessageFailed',
  version: 1,
  says:
    'The message is not tried any more: the receiver can never get it, or it may have been sent and must not be ' +
    'sent twice.',
  data: z.strictObject({ messageId: id, provider: name, reason: notAccepted, detail: freeText }),
});
export type MessageFailed = EventOf<typeof MessageFailed>;

/** The network delivered the message; nobody knows whether anybody read it. */
export const MessageDelivered = defineEvent({
  type: 'MessageDelivered',
  version: 1,
  says: 'The network delivered the message.',
  data: z.strictObject({ messageId: id, provider: name }),
});
export type MessageDelivered = EventOf<typeof MessageDelivered>;

/** The network could not deliver the message, which the provider had accepted. */
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
/** The history of one message. `whose` determines its partition. */
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
