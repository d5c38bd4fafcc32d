import type { Decider } from './decider.js';
import type { AlertEvent, AlertFailed, AlertRequested, WithdrawalFailed } from './events.js';

export type AlertCommand =
  | { type: 'Request'; data: AlertRequested['data'] }
  /** Another alert for the same phone asks to rely on this one. */
  | { type: 'Join'; alertId: string; other: string; personId: string }
  | { type: 'Cover'; alertId: string; by: string }
  | { type: 'MarkSent'; alertId: string; provider: string; reference: string }
  | { type: 'MarkDelivered'; alertId: string; provider: string }
  | { type: 'Fail'; data: AlertFailed['data'] }
  /** The person is no contact any more, or another alert takes the place of this one. */
  | { type: 'Withdraw'; alertId: string }
  /** Nobody of the phone is to be warned any more: a held withdrawal is due. */
  | { type: 'ReleaseWithdrawal'; alertId: string }
  | { type: 'HoldWithdrawal'; alertId: string; by: string }
  | { type: 'FailWithdrawal'; data: WithdrawalFailed['data'] }
  | { type: 'MarkWithdrawalSent'; alertId: string; provider: string; reference: string };

export interface AlertState {
  status: 'unknown' | 'requested' | 'covered' | 'sent' | 'delivered' | 'failed' | 'withdrawn';
  request: AlertRequested['data'] | null;
  /** A message of this alert went. */
  told: boolean;
  /** What became of the message that takes a told alert back. */
  withdrawal: 'none' | 'owed' | 'held' | 'sent' | 'failed';
  coveredBy: string | null;
  failure: AlertFailed['data']['reason'] | null;
  /** Persons of the alerts that rely on this one, by alert. */
  joined: ReadonlyMap<string, string>;
}

/** One alert of one person for one case: each thing is said once, whatever is delivered or retried twice. */
export const alertDecider: Decider<AlertCommand, AlertEvent, AlertState> = {
  initialState: {
    status: 'unknown',
    request: null,
    told: false,
    withdrawal: 'none',
    coveredBy: null,
    failure: null,
    joined: new Map(),
  },

  decide(command, state) {
    const { status, told, withdrawal } = state;
    switch (command.type) {
      case 'Request':
        return status === 'unknown' ? [{ type: 'AlertRequested', data: command.data }] : [];
      case 'Join': {
        const { alertId, other, personId } = command;
        return isLive(state) && !state.joined.has(other)
          ? [{ type: 'AlertJoined', data: { alertId, other, personId } }]
          : [];
      }
      case 'Cover':
        return status === 'requested'
          ? [{ type: 'AlertCovered', data: { alertId: command.alertId, by: command.by } }]
          : [];
      case 'MarkSent': {
        const { alertId, provider, reference } = command;
        // A message that went while the alert was being withdrawn was read all the same: it has to be taken back.
        if (status === 'withdrawn' && !told) {
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
          : [{ type: 'AlertWithdrawn', data: { alertId: command.alertId, told } }];
      case 'ReleaseWithdrawal':
        return withdrawal === 'held'
          ? [{ type: 'AlertWithdrawn', data: { alertId: command.alertId, told: true } }]
          : [];
      case 'HoldWithdrawal':
        return withdrawal === 'owed'
          ? [{ type: 'WithdrawalHeld', data: { alertId: command.alertId, by: command.by } }]
          : [];
      case 'FailWithdrawal':
        return withdrawal === 'owed' ? [{ type: 'WithdrawalFailed', data: command.data }] : [];
      case 'MarkWithdrawalSent': {
        const { alertId, provider, reference } = command;
        return withdrawal === 'owed' || withdrawal === 'held'
          ? [{ type: 'WithdrawalSent', data: { alertId, provider, reference } }]
          : [];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'AlertRequested':
        return { ...state, status: 'requested', request: event.data };
      case 'AlertJoined':
        return { ...state, joined: new Map(state.joined).set(event.data.other, event.data.personId) };
      case 'AlertCovered':
        return { ...state, status: 'covered', coveredBy: event.data.by };
      case 'AlertSent':
        return { ...state, status: 'sent', told: true };
      case 'AlertDelivered':
        return { ...state, status: 'delivered' };
      case 'AlertFailed':
        return { ...state, status: 'failed', failure: event.data.reason };
      case 'AlertWithdrawn':
        return { ...state, status: 'withdrawn', withdrawal: event.data.told ? 'owed' : state.withdrawal };
      case 'WithdrawalSent':
        return { ...state, withdrawal: 'sent' };
      case 'WithdrawalHeld':
        return { ...state, withdrawal: 'held' };
      case 'WithdrawalFailed':
        return { ...state, withdrawal: 'failed' };
    }
  },
};

/** Whether it is on its way or has arrived, and nothing took it back: others of the same phone may rely on it. */
export function isLive({ status }: AlertState): boolean {
  return status === 'requested' || status === 'sent' || status === 'delivered';
}

/** Whether the phone is, or is about to be, told what this alert says; a held withdrawal leaves the message standing. */
export function stands(state: AlertState): boolean {
  return isLive(state) || (state.status === 'withdrawn' && state.told && state.withdrawal !== 'sent');
}
