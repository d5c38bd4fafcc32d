import type { Decider } from '../kernel/decider.js';
import type { MessageDue, MessageEvent, MessageFailed, MessageNotAccepted, MessageSent } from './events.js';

/** Commands to one message. Those that may be its first have `due`, which says what it is. */
export type MessageCommand =
  | { type: 'HandOver'; due: Due; provider: string }
  | { type: 'EndHandOver'; data: MessageNotAccepted['data'] }
  | { type: 'MarkSent'; due: Due; provider: string; reference: string }
  | { type: 'Fail'; due: Due; provider: string; reason: MessageFailed['data']['reason']; detail: string }
  | { type: 'MarkDelivered'; messageId: string; provider: string }
  | { type: 'MarkUndelivered'; messageId: string; provider: string; detail: string };

type Due = MessageDue['data'];

export interface MessageState {
  status: 'unknown' | 'due' | 'sent' | 'failed' | 'delivered' | 'undelivered';
  due: Due | null;
  /**
   * The provider that was last given it, and whether that attempt is known to be over; null if there is none, or it was
   * refused.
   */
  handOver: { provider: string; over: boolean } | null;
  /** Providers that refused it. */
  refusedBy: readonly string[];
  /** The provider that accepted it. */
  sent: Pick<MessageSent['data'], 'provider' | 'reference'> | null;
  failure: Omit<MessageFailed['data'], 'messageId'> | null;
  /** What the network reported about it. */
  reported: { delivered: boolean; detail: string } | null;
}

/** One message: it is given to providers until it is sent or given up, and a sent one is then delivered or not. */
export const messageDecider: Decider<MessageCommand, MessageEvent, MessageState> = {
  initialState: {
    status: 'unknown',
    due: null,
    handOver: null,
    refusedBy: [],
    sent: null,
    failure: null,
    reported: null,
  },

  decide(command, state) {
    const { status, handOver, sent } = state;
    const open = status === 'unknown' || status === 'due';
    switch (command.type) {
      case 'HandOver': {
        const { due, provider } = command;
        const { messageId } = due;
        return open ? opened(state, due, { type: 'MessageHandedToProvider', data: { messageId, provider } }) : [];
      }
      case 'EndHandOver': {
        const { data } = command;
        return status === 'due' && handOver?.provider === data.provider && !handOver.over
          ? [{ type: 'MessageNotAccepted', data }]
          : [];
      }
      case 'MarkSent': {
        const { due, provider, reference } = command;
        const { messageId } = due;
        // An uncertain outcome may become known later.
        const inDoubt = state.failure?.reason === 'uncertain';
        return open || inDoubt
          ? opened(state, due, { type: 'MessageSent', data: { messageId, provider, reference } })
          : [];
      }
      case 'Fail': {
        const { due, provider, reason, detail } = command;
        const { messageId } = due;
        return open ? opened(state, due, { type: 'MessageFailed', data: { messageId, provider, reason, detail } }) : [];
      }
      case 'MarkDelivered': {
        const { messageId, provider } = command;
        return status === 'sent' && sent?.provider === provider
          ? [{ type: 'MessageDelivered', data: { messageId, provider } }]
          : [];
      }
      case 'MarkUndelivered': {
        const { messageId, provider, detail } = command;
        return status === 'sent' && sent?.provider === provider
          ? [{ type: 'MessageUndelivered', data: { messageId, provider, detail } }]
          : [];
      }
    }
  },

  evolve(state, event) {
    switch (event.type) {
      case 'MessageDue':
        return { ...state, status: 'due', due: event.data };
      case 'MessageHandedToProvider':
        return { ...state, handOver: { provider: event.data.provider, over: false } };
      case 'MessageNotAccepted': {
        const { provider, outcome } = event.data;
        return outcome === 'uncertain'
          ? { ...state, handOver: { provider, over: true } }
          : { ...state, handOver: null, refusedBy: [...state.refusedBy, provider] };
      }
      case 'MessageSent': {
        const { provider, reference } = event.data;
        return { ...state, status: 'sent', handOver: null, sent: { provider, reference }, failure: null };
      }
      case 'MessageFailed': {
        const { provider, reason, detail } = event.data;
        const handOver = reason === 'uncertain' ? { provider, over: true } : null;
        return { ...state, status: 'failed', handOver, failure: { provider, reason, detail } };
      }
      case 'MessageDelivered':
        return { ...state, status: 'delivered', reported: { delivered: true, detail: '' } };
      case 'MessageUndelivered':
        return { ...state, status: 'undelivered', reported: { delivered: false, detail: event.data.detail } };
    }
  },
};

/** The event, after a `MessageDue` if it is the first of its message. */
function opened({ due }: MessageState, data: Due, event: MessageEvent): MessageEvent[] {
  return due ? [event] : [{ type: 'MessageDue', data }, event];
}
