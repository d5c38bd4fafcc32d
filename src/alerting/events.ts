import { UNLIKELY } from './unlikely.js';
import { z } from 'zod';
import { count, freeText, id, lastDay, name, ordinal, reference } from '../kernel/content.js';
import { adding, defineEvent, eventSet, type EventOf, BY, union, withoutBy } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';
import { idOf } from '../kernel/ids.js';
import { ALERT_FAILURES, FAILED, WITHDRAWAL_FAILURES } from './failures.js';

const degree = ordinal;
const message = z.enum(['alert', 'withdrawal']);
/** The alert's message, or the one that takes it back. */
export type MessageKind = z.infer<typeof message>;
/** Why a provider that was given a message did not accept it. */
const outcome = z.enum([FAILED.refused, FAILED.uncertain]);

/** A person has to be notified; opens the stream before anything is sent. */
export const AlertRequested = defineEvent({
  type: 'AlertRequested',
  version: 1,
  says: 'A contact has to be notified; opens the stream before anything is sent.',
  data: z.strictObject({
    alertId: id,
    caseId: id,
    personId: id,
    disease: id,
    degree,
    /** Number of this alert among the person's alerts for this case, from 0. */
    sequence: count,
  }),
});
export type AlertRequested = EventOf<typeof AlertRequested>;

/**
 * Another alert, for the same phone or the same person, relies on this one, so what becomes of this one concerns its
 * person too. `caseId` is the case of the other alert; null, as in events of earlier versions, means the same case.
 */
export const AlertJoined = defineEvent({
  type: 'AlertJoined',
  version: 2,
  says: 'Another alert, for the same phone or person, relies on this one; a `caseId` of null means the same case.',
  data: z.strictObject({ alertId: id, other: id, personId: id, caseId: id.nullable() }),
  upcasts: [adding({ caseId: null })],
});
export type AlertJoined = EventOf<typeof AlertJoined>;

/** This alert relies on another one, which says or has said the same. */
export const AlertCovered = defineEvent({
  type: 'AlertCovered',
  version: 1,
  says: 'This alert relies on another one, which says or has said the same.',
  data: z.strictObject({ alertId: id, by: id }),
});
export type AlertCovered = EventOf<typeof AlertCovered>;

/**
 * A message is about to be given to a provider; from here on it may have been sent. No longer recorded, since each
 * message has a stream of its own.
 */
export const MessageHandedOver = defineEvent({
  type: 'MessageHandedOver',
  version: 1,
  says:
    'A message is about to be given to a provider, and may have been sent from here on. No longer recorded: ' +
    '`MessageHandedToProvider` replaces it.',
  data: z.strictObject({ alertId: id, message, provider: name }),
});
export type MessageHandedOver = EventOf<typeof MessageHandedOver>;

/** The provider certainly did not accept the message, or nobody knows whether it did. No longer recorded either. */
export const HandOverEnded = defineEvent({
  type: 'HandOverEnded',
  version: 1,
  says:
    'The provider certainly did not accept the message, or nobody knows whether it did. No longer recorded: ' +
    '`MessageNotAccepted` replaces it.',
  data: z.strictObject({
    alertId: id,
    message,
    provider: name,
    outcome,
    detail: freeText,
  }),
});
export type HandOverEnded = EventOf<typeof HandOverEnded>;

/**
 * The provider accepted the message. `degree` is the degree for which it was written, null if that was not recorded.
 * `until` is the last day that it named, in the installation's time zone; `open` if it counted days from a last contact
 * yet to come, null if it named none or that was not recorded. `cases` are the cases that it covered besides the
 * alert's own.
 */
export const AlertSent = defineEvent({
  type: 'AlertSent',
  version: 4,
  says:
    'A provider accepted the message. `degree` is the degree for which it was written, `until` the last day that it ' +
    'named; null if not recorded. `cases` are the cases that it covered besides the alert’s own.',
  data: z.strictObject({
    alertId: id,
    provider: name,
    reference,
    degree: degree.nullable(),
    until: lastDay,
    cases: z.array(id),
  }),
  upcasts: [adding({ degree: null }), adding({ until: null }), adding({ cases: [] })],
});
export type AlertSent = EventOf<typeof AlertSent>;

/** The network delivered the message; nobody knows whether anybody read it. */
export const AlertDelivered = defineEvent({
  type: 'AlertDelivered',
  version: 1,
  says: 'The network delivered the message.',
  data: z.strictObject({ alertId: id, provider: name }),
});
export type AlertDelivered = EventOf<typeof AlertDelivered>;

/**
 * The network could not deliver the accepted message: nobody was notified, and someone has to visit unless it was
 * `withdrawn` by then.
 */
export const AlertUndelivered = defineEvent({
  type: 'AlertUndelivered',
  version: 1,
  says: 'The network could not deliver the accepted message: someone has to visit, unless the alert was withdrawn.',
  data: z.strictObject({ alertId: id, provider: name, detail: freeText, withdrawn: z.boolean() }),
});
export type AlertUndelivered = EventOf<typeof AlertUndelivered>;

/** The person was not notified, or nobody knows whether they were: someone has to visit, unless the advice is over. */
export const AlertFailed = defineEvent({
  type: 'AlertFailed',
  version: 2,
  says:
    'The person was not notified: someone has to visit, unless the advice is over. `provider` is null if none was ' +
    'tried or recorded.',
  data: z.strictObject({
    alertId: id,
    reason: z.enum(ALERT_FAILURES),
    detail: freeText,
    /** The provider that was tried; null if none was, or if that was not recorded. */
    provider: name.nullable(),
  }),
  upcasts: [adding({ provider: null })],
});
export type AlertFailed = EventOf<typeof AlertFailed>;

/** An operator ordered a failed alert to be sent again: another alert replaces it. */
export const AlertReplayed = defineEvent({
  type: 'AlertReplayed',
  version: 2,
  says: 'An operator ordered a failed alert to be sent again: another alert replaces it.',
  data: z.strictObject({ alertId: id, reason: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertReplayed = EventOf<typeof AlertReplayed>;

/**
 * The alert no longer applies: the person is not a contact any more, or another alert of the person replaces it. `told`
 * means that its message was sent and has to be taken back; the event is recorded again when a held withdrawal becomes
 * due.
 */
export const AlertWithdrawn = defineEvent({
  type: 'AlertWithdrawn',
  version: 1,
  says: 'The alert no longer applies; `told` means that its message was sent and has to be taken back.',
  data: z.strictObject({ alertId: id, told: z.boolean() }),
});
export type AlertWithdrawn = EventOf<typeof AlertWithdrawn>;

/**
 * The alert no longer applies, and nobody knows whether its message was sent: it is taken back as if it had been.
 * Without that, a person who was notified would stay at home for nothing; with it, a person who was not notified reads
 * about a message that did not come.
 */
export const WithdrawalOwedInDoubt = defineEvent({
  type: 'WithdrawalOwedInDoubt',
  version: 1,
  says: 'The alert no longer applies; nobody knows whether its message was sent: it is taken back as if it had been.',
  data: z.strictObject({ alertId: id, provider: name }),
});
export type WithdrawalOwedInDoubt = EventOf<typeof WithdrawalOwedInDoubt>;

/** A provider accepted the message that takes an alert back. */
export const WithdrawalSent = defineEvent({
  type: 'WithdrawalSent',
  version: 1,
  says: 'A provider accepted the message that takes the alert back.',
  data: z.strictObject({ alertId: id, provider: name, reference }),
});
export type WithdrawalSent = EventOf<typeof WithdrawalSent>;

/** The person of another alert to the same phone has to stay warned: nothing is taken back there for now. */
export const WithdrawalHeld = defineEvent({
  type: 'WithdrawalHeld',
  version: 1,
  says: 'Another person who uses the phone has to stay warned: nothing is taken back there for now.',
  data: z.strictObject({ alertId: id, by: id }),
});
export type WithdrawalHeld = EventOf<typeof WithdrawalHeld>;

/** The message that takes an alert back cannot be sent. */
export const WithdrawalFailed = defineEvent({
  type: 'WithdrawalFailed',
  version: 1,
  says: 'The message that takes the alert back cannot be sent.',
  data: z.strictObject({ alertId: id, reason: z.enum(WITHDRAWAL_FAILURES), detail: freeText }),
});
export type WithdrawalFailed = EventOf<typeof WithdrawalFailed>;

/** The network could not deliver the message that takes an alert back. */
export const WithdrawalUndelivered = defineEvent({
  type: 'WithdrawalUndelivered',
  version: 1,
  says: 'The network could not deliver the message that takes the alert back: someone has to visit.',
  data: z.strictObject({ alertId: id, provider: name, detail: freeText }),
});
export type WithdrawalUndelivered = EventOf<typeof WithdrawalUndelivered>;

const unlikely = z.strictObject({
  /**
   * What is counted: contacts of the case, contacts met at one place, all alerts of 24 hours, or retractions of the
   * case.
   */
  rule: z.enum(UNLIKELY),
  number: count,
  likely: count,
  placeId: id.nullable(),
});
/** Why the alerts of a case are unlikely to be right: a number that exceeds what is likely. */
export type Unlikely = z.infer<typeof unlikely>;

/** The alerts of a case wait for a person's approval. */
export const AlertsHeld = defineEvent({
  type: 'AlertsHeld',
  version: 1,
  says: 'The alerts of a case wait for a person’s approval, because a number exceeds what is likely.',
  data: z.strictObject({
    caseId: id,
    contacts: count,
    unlikely: z.array(unlikely),
  }),
});
export type AlertsHeld = EventOf<typeof AlertsHeld>;

/** The alerts of a case no longer wait: the case changed, and nothing is unlikely any more. */
export const AlertsFreed = defineEvent({
  type: 'AlertsFreed',
  version: 1,
  says: 'The alerts of the case no longer wait: the case changed, and nothing is unlikely any more.',
  data: z.strictObject({ caseId: id, contacts: count }),
});
export type AlertsFreed = EventOf<typeof AlertsFreed>;

/**
 * A person approved the alerts, up to a number of contacts of the case and, if the daily number was a reason, up to a
 * number of all alerts within the next 24 hours.
 */
export const AlertsApproved = defineEvent({
  type: 'AlertsApproved',
  version: 2,
  says:
    'A person approved the alerts, up to a number of contacts and, if the daily number was a reason, of all alerts ' +
    'within 24 hours.',
  data: z.strictObject({
    caseId: id,
    contacts: count,
    upTo: z.strictObject({ contacts: count, daily: count }),
    note: freeText,
  }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertsApproved = EventOf<typeof AlertsApproved>;

/** A person decided that the alerts are not to be sent. */
export const AlertsRefused = defineEvent({
  type: 'AlertsRefused',
  version: 2,
  says: 'A person decided that the alerts must not be sent.',
  data: z.strictObject({ caseId: id, contacts: count, note: freeText }),
  upcasts: [withoutBy],
  named: BY,
});
export type AlertsRefused = EventOf<typeof AlertsRefused>;

/** Opens the stream of (disease, phone, number): this alert notifies everyone who shares the phone. */
export const RecipientClaimed = defineEvent({
  type: 'RecipientClaimed',
  version: 1,
  says: 'This alert is the one that notifies everyone who shares the phone.',
  data: z.strictObject({ alertId: id, caseId: id }),
});
export type RecipientClaimed = EventOf<typeof RecipientClaimed>;

export type AlertEvent =
  | AlertRequested
  | AlertJoined
  | AlertCovered
  | MessageHandedOver
  | HandOverEnded
  | AlertSent
  | AlertDelivered
  | AlertUndelivered
  | AlertFailed
  | AlertReplayed
  | AlertWithdrawn
  | WithdrawalOwedInDoubt
  | WithdrawalSent
  | WithdrawalHeld
  | WithdrawalFailed
  | WithdrawalUndelivered;

/**
 * Events after which something may have to be done about their alert. AlertSent is not one of them: the job that sent
 * the message does what follows.
 */
export const SETTLING = eventSet(
  AlertRequested,
  AlertCovered,
  AlertUndelivered,
  AlertFailed,
  AlertReplayed,
  AlertWithdrawn,
  WithdrawalOwedInDoubt,
  WithdrawalSent,
  WithdrawalHeld,
  WithdrawalFailed,
);

/** Events that change the status of an alert or of its withdrawal. */
export const CHANGING_STATUS = union(SETTLING, eventSet(AlertSent, AlertDelivered, WithdrawalUndelivered));

export const alertStream = defineStream({
  pattern: 'alert-<alertId>',
  name: (alertId: string) => `alert-${alertId}`,
  events: eventSet(
    AlertRequested,
    AlertJoined,
    AlertCovered,
    MessageHandedOver,
    HandOverEnded,
    AlertSent,
    AlertDelivered,
    AlertUndelivered,
    AlertFailed,
    AlertReplayed,
    AlertWithdrawn,
    WithdrawalOwedInDoubt,
    WithdrawalSent,
    WithdrawalHeld,
    WithdrawalFailed,
    WithdrawalUndelivered,
  ),
});

export type BrakeEvent = AlertsHeld | AlertsFreed | AlertsApproved | AlertsRefused;
/** Whether the alerts of a case may be sent. */
export const brakeStream = defineStream({
  pattern: 'brake-<caseId>',
  name: (caseId: string) => `brake-${caseId}`,
  events: eventSet(AlertsHeld, AlertsFreed, AlertsApproved, AlertsRefused),
});

export const recipientStream = defineStream({
  pattern: 'recipient-<disease and phone, hashed>',
  name: (disease: string, phoneIndex: string, sequence: number) =>
    `recipient-${idOf('recipient', disease, phoneIndex, String(sequence))}`,
  events: eventSet(RecipientClaimed),
});

/** All streams of the module. */
export const STREAMS = [alertStream, brakeStream, recipientStream];
