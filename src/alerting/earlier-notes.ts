import type { Earlier, MessageEvent } from '../delivery/index.js';
import type { RecordedEvent } from '../event-log/event-store.js';
import { messageId } from './alert.js';
import type { AlertEvent, MessageKind } from './events.js';
import { FAILED } from './failures.js';

/**
 * What an alert's stream says about its messages from before messages had streams of their own: that one was given to a
 * provider then, and its outcome. For a message that was not, the alert's stream says nothing that the message's
 * stream needs.
 */
export class EarlierNotes {
  readonly #notes: Record<MessageKind, Earlier[]> = { alert: [], withdrawal: [] };
  readonly #handedTo: Partial<Record<MessageKind, string>> = {};

  note(event: RecordedEvent<AlertEvent>): void {
    if (event.type === 'MessageHandedOver') this.#handedTo[event.data.message] = event.data.provider;
    for (const kind of ['alert', 'withdrawal'] as const) {
      const provider = this.#handedTo[kind];
      const said = provider === undefined ? undefined : saidOf(kind, provider, event);
      if (said) this.#notes[kind].push({ event: said, recordedAt: event.recordedAt });
    }
  }

  of(kind: MessageKind): readonly Earlier[] {
    return this.#notes[kind];
  }
}

/** @param handedTo the provider that was last given the message. */
function saidOf(kind: MessageKind, handedTo: string, event: AlertEvent): MessageEvent | undefined {
  const id = messageId(event.data.alertId, kind);
  const failed = (reason: string, detail: string, provider: string | null): MessageEvent | undefined =>
    reason === FAILED.refused || reason === FAILED.uncertain
      ? { type: 'MessageFailed', data: { messageId: id, provider: provider ?? handedTo, reason, detail } }
      : undefined;
  switch (event.type) {
    case 'MessageHandedOver': {
      const { message, provider } = event.data;
      return message === kind ? { type: 'MessageHandedToProvider', data: { messageId: id, provider } } : undefined;
    }
    case 'HandOverEnded': {
      const { message, provider, outcome, detail } = event.data;
      return message === kind
        ? { type: 'MessageNotAccepted', data: { messageId: id, provider, outcome, detail } }
        : undefined;
    }
    case 'AlertSent':
    case 'WithdrawalSent': {
      const { provider, reference } = event.data;
      const isOf = event.type === 'AlertSent' ? 'alert' : 'withdrawal';
      return isOf === kind ? { type: 'MessageSent', data: { messageId: id, provider, reference } } : undefined;
    }
    case 'AlertFailed':
      return kind === 'alert' ? failed(event.data.reason, event.data.detail, event.data.provider) : undefined;
    case 'WithdrawalFailed':
      return kind === 'withdrawal' ? failed(event.data.reason, event.data.detail, null) : undefined;
    case 'AlertUndelivered': {
      const { provider, detail } = event.data;
      return kind === 'alert' ? { type: 'MessageUndelivered', data: { messageId: id, provider, detail } } : undefined;
    }
    default:
      return undefined;
  }
}
