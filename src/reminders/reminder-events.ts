import type { Event } from '../kernel/event.js';

/** A phone is to be reminded, on this day, of what is due for contacts who have it; opens the stream before anything is sent. */
export type ReminderDue = Event<'ReminderDue', { reminderId: string; disease: string; day: string }>;
/** As `MessageHandedOver` of alerts. */
export type ReminderHandedOver = Event<'ReminderHandedOver', { reminderId: string; provider: string }>;
/** As `HandOverEnded` of alerts. */
export type ReminderHandOverEnded = Event<
  'ReminderHandOverEnded',
  { reminderId: string; provider: string; outcome: 'refused' | 'uncertain'; detail: string }
>;
/** A provider accepted it; `tasks` are those that it spoke of. */
export type ReminderSent = Event<
  'ReminderSent',
  { reminderId: string; provider: string; reference: string; tasks: string[] }
>;
/** It cannot be sent, or nobody knows whether it went. */
export type ReminderFailed = Event<
  'ReminderFailed',
  { reminderId: string; reason: 'refused' | 'uncertain'; detail: string; provider: string; tasks: string[] }
>;
/** The network could not deliver it after all. */
export type ReminderUndelivered = Event<
  'ReminderUndelivered',
  { reminderId: string; provider: string; detail: string; tasks: string[] }
>;
export type ReminderEvent =
  ReminderDue | ReminderHandedOver | ReminderHandOverEnded | ReminderSent | ReminderFailed | ReminderUndelivered;
