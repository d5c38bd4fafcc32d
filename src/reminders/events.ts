import { z } from 'zod';
import { day, freeText, id, name, reference } from '../kernel/content.js';
import { defineEvent, eventSet, type EventOf } from '../kernel/event.js';
import { defineStream } from '../kernel/stream.js';

/**
 * A phone has to be reminded on this day of tasks that are due for its contacts; opens the stream before anything is
 * sent.
 */
export const ReminderDue = defineEvent({
  type: 'ReminderDue',
  version: 1,
  says:
    'A phone has to be reminded on this day of tasks that are due for its contacts; opens the stream before ' +
    'anything is sent.',
  data: z.strictObject({ reminderId: id, disease: id, day }),
});
export type ReminderDue = EventOf<typeof ReminderDue>;

/** Like `MessageHandedOver` of alerts: no longer recorded, because the message has a stream of its own. */
export const ReminderHandedOver = defineEvent({
  type: 'ReminderHandedOver',
  version: 1,
  says:
    'The reminder is about to be given to a provider, and may have been sent from here on. No longer recorded: ' +
    '`MessageHandedToProvider` replaces it.',
  data: z.strictObject({ reminderId: id, provider: name }),
});
export type ReminderHandedOver = EventOf<typeof ReminderHandedOver>;

/** Like `HandOverEnded` of alerts; no longer recorded either. */
export const ReminderHandOverEnded = defineEvent({
  type: 'ReminderHandOverEnded',
  version: 1,
  says:
    'The provider certainly did not accept the reminder, or nobody knows whether it did. No longer recorded: ' +
    '`MessageNotAccepted` replaces it.',
  data: z.strictObject({ reminderId: id, provider: name, outcome: z.enum(['refused', 'uncertain']), detail: freeText }),
});
export type ReminderHandOverEnded = EventOf<typeof ReminderHandOverEnded>;

/** A provider accepted the reminder; `tasks` are those that it mentioned. */
export const ReminderSent = defineEvent({
  type: 'ReminderSent',
  version: 1,
  says: 'A provider accepted the reminder, which mentioned these tasks.',
  data: z.strictObject({ reminderId: id, provider: name, reference, tasks: z.array(id) }),
});
export type ReminderSent = EventOf<typeof ReminderSent>;

/** The reminder cannot be sent, or it is unknown whether it was. */
export const ReminderFailed = defineEvent({
  type: 'ReminderFailed',
  version: 1,
  says: 'The reminder of these tasks cannot be sent, or nobody knows whether it was sent.',
  data: z.strictObject({
    reminderId: id,
    reason: z.enum(['refused', 'uncertain']),
    detail: freeText,
    provider: name,
    tasks: z.array(id),
  }),
});
export type ReminderFailed = EventOf<typeof ReminderFailed>;

/** The network could not deliver the reminder. */
export const ReminderUndelivered = defineEvent({
  type: 'ReminderUndelivered',
  version: 1,
  says: 'The network could not deliver the reminder of these tasks.',
  data: z.strictObject({ reminderId: id, provider: name, detail: freeText, tasks: z.array(id) }),
});
export type ReminderUndelivered = EventOf<typeof ReminderUndelivered>;

export type ReminderEvent =
  ReminderDue | ReminderHandedOver | ReminderHandOverEnded | ReminderSent | ReminderFailed | ReminderUndelivered;
export const reminderStream = defineStream({
  pattern: 'reminder-<disease, phone and day, hashed>',
  name: (reminderId: string) => `reminder-${reminderId}`,
  events: eventSet(
    ReminderDue,
    ReminderHandedOver,
    ReminderHandOverEnded,
    ReminderSent,
    ReminderFailed,
    ReminderUndelivered,
  ),
});

/** All streams of the module. */
export const STREAMS = [reminderStream];
