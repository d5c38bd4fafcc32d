import type { TaskKind } from '../tasks/index.js';
import type { ReminderDue, ReminderEvent, ReminderFailed } from './events.js';
import type { Decider } from '../kernel/decider.js';

/** Purpose of the message. */
export const REMINDER = 'reminder';

/** Kinds of tasks that contacts do themselves and are reminded of. */
export const REMINDED_OF = ['test', 'follow-up'] as const satisfies TaskKind[];
export type RemindedOf = (typeof REMINDED_OF)[number];

export type ReminderCommand =
  | { type: 'Open'; data: ReminderDue['data'] }
  | { type: 'MarkSent'; reminderId: string; provider: string; reference: string; tasks: string[] }
  | { type: 'Fail'; data: ReminderFailed['data'] }
  | { type: 'MarkUndelivered'; reminderId: string; provider: string; detail: string };

export interface ReminderState {
  status: 'unknown' | 'due' | 'sent' | 'failed';
  /** The tasks that it mentioned, and the provider that took it. */
  sent: { provider: string; tasks: string[] } | null;
}

/** The reminder of one phone on one day, about one disease: it is sent once, whatever is retried. */
export const reminderDecider: Decider<ReminderCommand, ReminderEvent, ReminderState> = {
  initialState: { status: 'unknown', sent: null },

  decide(command, { status, sent }) {
    switch (command.type) {
      case 'Open':
        return status === 'unknown' ? [{ type: 'ReminderDue', data: command.data }] : [];
      case 'MarkSent': {
        const { reminderId, provider, reference, tasks } = command;
        return status === 'due' ? [{ type: 'ReminderSent', data: { reminderId, provider, reference, tasks } }] : [];
      }
      case 'Fail':
        return status === 'due' ? [{ type: 'ReminderFailed', data: command.data }] : [];
      case 'MarkUndelivered': {
        const { reminderId, provider, detail } = command;
        return status === 'sent' && sent?.provider === provider
          ? [{ type: 'ReminderUndelivered', data: { reminderId, provider, detail, tasks: sent.tasks } }]
          : [];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'ReminderDue':
        return { ...state, status: 'due' };
      case 'ReminderHandedOver':
      case 'ReminderHandOverEnded':
        // These belong to the message: delivery reads them from older streams itself.
        return state;
      case 'ReminderSent':
        return { ...state, status: 'sent', sent: { provider: event.data.provider, tasks: event.data.tasks } };
      case 'ReminderFailed':
      case 'ReminderUndelivered':
        return { ...state, status: 'failed' };
    }
  },
};
