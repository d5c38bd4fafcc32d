import { nameOf } from '../kernel/actor.js';
import type { AlertReplayOrdered, OperationEvent } from './events.js';
import type { Decider } from '../kernel/decider.js';

/** Who gave an order, and why. */
interface Audited {
  by: string;
  reason: string;
}

export type OperatorCommand =
  /** For one provider, or for all if it is null. */
  | { type: 'Pause' | 'Resume'; provider: string | null; reason: string }
  | { type: 'OrderReplay'; data: AlertReplayOrdered['data'] };

export interface OperatorOrders {
  /** The pause of all providers; null if there is none. */
  all: Audited | null;
  /** The providers that are paused by name. */
  providers: ReadonlyMap<string, Audited>;
}

/** Operators' orders about alerting as a whole. A pause of all providers and a pause of one are independent. */
export const operatorOrdersDecider: Decider<OperatorCommand, OperationEvent, OperatorOrders> = {
  initialState: { all: null, providers: new Map() },

  decide(command, state) {
    if (command.type === 'OrderReplay') {
      return command.data.alerts > 0 ? [{ type: 'AlertReplayOrdered', data: command.data }] : [];
    }
    const { type, provider, reason } = command;
    const paused = provider === null ? state.all !== null : state.providers.has(provider);
    if (paused === (type === 'Pause')) return [];
    return [{ type: type === 'Pause' ? 'AlertingPaused' : 'AlertingResumed', data: { provider, reason } }];
  },

  evolve(state, event, by) {
    if (event.type === 'AlertReplayOrdered') return state;
    const { provider, reason } = event.data;
    const paused = event.type === 'AlertingPaused' ? { by: nameOf(by), reason } : null;
    if (provider === null) return { ...state, all: paused };
    const providers = new Map(state.providers);
    if (paused) providers.set(provider, paused);
    else providers.delete(provider);
    return { ...state, providers };
  },
};
