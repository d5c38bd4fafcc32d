import type { Decider } from './decider.js';
import type { AlertEvent, AlertFailed, AlertRequested } from './events.js';

export type AlertCommand =
  | { type: 'Request'; data: AlertRequested['data'] }
  | { type: 'Cover'; alertId: string; by: string }
  | { type: 'MarkSent'; alertId: string; provider: string; reference: string }
  | { type: 'MarkDelivered'; alertId: string; provider: string }
  | { type: 'Fail'; data: AlertFailed['data'] }
  /** The person is no contact any more. */
  | { type: 'Withdraw'; alertId: string }
  | { type: 'MarkWithdrawalSent'; alertId: string; provider: string; reference: string };

export interface AlertState {
  status: 'unknown' | 'requested' | 'covered' | 'sent' | 'delivered' | 'failed' | 'withdrawn';
  request: AlertRequested['data'] | null;
  /** Set by a withdrawal: the person was told before and has to be told again. */
  takeBack: boolean;
}

/** One alert of one person for one case: each thing is said once, whatever is delivered or retried twice. */
export const alertDecider: Decider<AlertCommand, AlertEvent, AlertState> = {
  initialState: { status: 'unknown', request: null, takeBack: false },

  decide(command, { status, takeBack }) {
    switch (command.type) {
      case 'Request':
        return status === 'unknown' ? [{ type: 'AlertRequested', data: command.data }] : [];
      case 'Cover':
        return status === 'requested'
          ? [{ type: 'AlertCovered', data: { alertId: command.alertId, by: command.by } }]
          : [];
      case 'MarkSent': {
        const { alertId, provider, reference } = command;
        // A message that went while the alert was being withdrawn was read all the same: it has to be taken back.
        if (status === 'withdrawn' && !takeBack) {
          return [
            { type: 'AlertSent', data: { alertId, provider, reference } },
            { type: 'AlertWithdrawn', data: { alertId, told: true } },
          ];
        }
        return status === 'requested' ? [{ type: 'AlertSent', data: { alertId, provider, reference } }] : [];
      }
      case 'MarkDelivered':
        return status === 'sent'
          ? [{ type: 'AlertDelivered', data: { alertId: command.alertId, provider: command.provider } }]
          : [];
      case 'Fail':
        return status === 'requested' ? [{ type: 'AlertFailed', data: command.data }] : [];
      case 'Withdraw':
        return status === 'unknown' || status === 'withdrawn'
          ? []
          : [
              {
                type: 'AlertWithdrawn',
                data: { alertId: command.alertId, told: status === 'sent' || status === 'delivered' },
              },
            ];
      case 'MarkWithdrawalSent': {
        const { alertId, provider, reference } = command;
        return takeBack ? [{ type: 'WithdrawalSent', data: { alertId, provider, reference } }] : [];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AlertRequested':
        return { ...state, status: 'requested', request: event.data };
      case 'AlertCovered':
        return { ...state, status: 'covered' };
      case 'AlertSent':
        return { ...state, status: 'sent' };
      case 'AlertDelivered':
        return { ...state, status: 'delivered' };
      case 'AlertFailed':
        return { ...state, status: 'failed' };
      case 'AlertWithdrawn':
        return { ...state, status: 'withdrawn', takeBack: event.data.told };
      case 'WithdrawalSent':
        return { ...state, takeBack: false };
    }
  },
};
