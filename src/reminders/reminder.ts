import type { ReminderDue, ReminderEvent, ReminderFailed, ReminderHandOverEnded } from './events.js';
import type { Decider } from '../kernel/decider.js';
import type { TaskKind } from '../tasks/task-kinds.js';

/** Tasks of which contacts are reminded, as something that they do themselves. */
export const REMINDED_OF = ['test', 'follow-up'] as const satisfies TaskKind[];
export type RemindedOf = (typeof REMINDED_OF)[number];

export type ReminderCommand =
  | { type: 'Open'; data: ReminderDue['data'] }
  /** `after` is how many hand-overs were known: of two who decide at a time one goes on. */
  | { type: 'HandOver'; reminderId: string; provider: string; after: number }
  | { type: 'EndHandOver'; data: ReminderHandOverEnded['data'] }
  | { type: 'MarkSent'; reminderId: string; provider: string; reference: string; tasks: string[] }
  | { type: 'Fail'; data: ReminderFailed['data'] }
  | { type: 'MarkUndelivered'; reminderId: string; provider: string; detail: string };

export interface ReminderState {
  status: 'unknown' | 'due' | 'sent' | 'failed';
  /** To whom it was handed last, and whether that is known to be over; null when to nobody, or in vain. */
  handOver: { provider: string; over: boolean } | null;
  handOvers: number;
  /** Providers that did not take it. */
  refusedBy: readonly string[];
  /** Of which it spoke, and through whom it went. */
  sent: { provider: string; tasks: string[] } | null;
}

/** What a phone is reminded of on one day, about one disease: once, whatever is tried twice. */
export const reminderDecider: Decider<ReminderCommand, ReminderEvent, ReminderState> = {
  initialState: { status: 'unknown', handOver: null, handOvers: 0, refusedBy: [], sent: null },

  decide(command, { status, handOver, handOvers, sent }) {
    switch (command.type) {
      case 'Open':
        return status === 'unknown' ? [{ type: 'ReminderDue', data: command.data }] : [];
      case 'HandOver': {
        const { reminderId, provider, after } = command;
        return status === 'due' && after === handOvers
          ? [{ type: 'ReminderHandedOver', data: { reminderId, provider } }]
          : [];
      }
      case 'EndHandOver':
        return handOver?.provider === command.data.provider && !handOver.over
          ? [{ type: 'ReminderHandOverEnded', data: command.data }]
          : [];
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
        return { ...state, handOver: { provider: event.data.provider, over: false }, handOvers: state.handOvers + 1 };
      case 'ReminderHandOverEnded': {
        const { provider, outcome } = event.data;
        return outcome === 'uncertain'
          ? { ...state, handOver: { provider, over: true } }
          : { ...state, handOver: null, refusedBy: [...state.refusedBy, provider] };
      }
      case 'ReminderSent':
        return { ...state, status: 'sent', sent: { provider: event.data.provider, tasks: event.data.tasks } };
      case 'ReminderFailed':
      case 'ReminderUndelivered':
        return { ...state, status: 'failed' };
    }
  },
};
