import { alertDecider, type AlertCommand, type AlertState } from '../domain/alert.js';
import type { AlertRequested } from '../domain/events.js';
import type { EventStore, Provenance } from '../log/event-store.js';
import { handle } from '../log/handle.js';
import type { Sealing } from '../log/sealing.js';
import { streams } from '../log/streams.js';
import type { CaseViews } from './case-views.js';
import type { AlertMetrics } from './metrics.js';
import { ReceiverFault, type SmsProvider } from './provider.js';
import type { Holder, Recipients } from './recipients.js';
import { phoneIndexes, registrationsOf, type Registration } from './registrations.js';
import type { Texts } from './texts.js';

export interface TakeBackParts {
  store: EventStore;
  sealing: Sealing;
  provider: SmsProvider;
  texts: Texts;
  metrics: AlertMetrics;
  views: CaseViews;
  recipients: Recipients;
}

type Request = AlertRequested['data'];
type Cause = Request & { because: Provenance };

/**
 * Takes back what a phone was told about a case once none of its people is a contact any more: with one message, that
 * of the alert which told it last. While one of them still is a contact, the withdrawal is held.
 */
export class TakeBack {
  constructor(private readonly parts: TakeBackParts) {}

  /**
   * @param state of a withdrawn alert.
   * @param because said of what its withdrawal leads to.
   */
  async settle(state: AlertState, because: Provenance): Promise<void> {
    const { store, provider, recipients, metrics } = this.parts;
    const { request } = state;
    if (!request) return;
    if (!state.told) {
      // It may have gone while it was being withdrawn; noting that brings the alert here again.
      const sent = await provider.wasSent(request.alertId);
      if (sent) {
        const { reference } = sent;
        const marked = { type: 'MarkSent' as const, alertId: request.alertId, provider: provider.name, reference };
        if (await this.#record(because, marked)) metrics.sent(provider.name);
        return;
      }
    }
    const registrations = await registrationsOf(store, request.personId);
    for (const phoneIndex of phoneIndexes(registrations)) {
      const holders = await recipients.holders(request.caseId, phoneIndex);
      await this.#settlePhone({ ...request, because }, phoneIndex, holders);
    }
  }

  /** @param cause the alert that was withdrawn. */
  async #settlePhone(cause: Cause, phoneIndex: string, holders: readonly Holder[]): Promise<void> {
    const told = holders.filter(({ state }) => state.told);
    const last = told.at(-1);
    if (!last?.state.request) return;
    const { withdrawal, request } = last.state;
    if (withdrawal === 'sent') return this.#closeEarlier(request, told, cause.because);

    for (const earlier of told) {
      if (earlier === last || earlier.state.withdrawal !== 'owed') continue;
      await this.#record(cause.because, { type: 'HoldWithdrawal', alertId: earlier.alertId, by: last.alertId });
    }
    if (withdrawal !== 'owed' && withdrawal !== 'held') return;
    const remaining = await this.#stillContact(holders, cause.caseId);
    if (withdrawal === 'held') {
      if (!remaining) await this.#record(cause.because, { type: 'ReleaseWithdrawal', alertId: last.alertId });
    } else if (last.alertId === cause.alertId) {
      // Only the alert's own job gets here, so that two never send the same message at a time.
      if (remaining)
        await this.#record(cause.because, { type: 'HoldWithdrawal', alertId: last.alertId, by: remaining });
      else await this.#send(request, phoneIndex, cause.because);
    }
  }

  /** An alert of the phone whose person is a contact now. */
  async #stillContact(holders: readonly Holder[], caseId: string): Promise<string | undefined> {
    const view = await this.parts.views.fresh(caseId);
    for (const { alertId, state } of holders) {
      if (state.request && view.contact(state.request.personId)) return alertId;
      for (const [other, personId] of state.joined) if (view.contact(personId)) return other;
    }
    return undefined;
  }

  async #send(request: Request, phoneIndex: string, because: Provenance): Promise<void> {
    const { store, sealing, provider, texts, metrics } = this.parts;
    const { alertId, personId } = request;
    const id = `${alertId}-withdrawal`;
    const fail = (reason: 'no-phone' | 'refused', detail: string) =>
      this.#record(because, { type: 'FailWithdrawal', data: { alertId, reason, detail } });
    let receipt = await provider.wasSent(id);
    if (!receipt) {
      // To the phone that was told, whatever the person is reached by now.
      const then = withPhone(await registrationsOf(store, personId), phoneIndex);
      const to = then?.phone ? await sealing.open(personId, 'phone', then.phone) : undefined;
      if (!then || to === undefined) {
        await fail('no-phone', 'the person was erased');
        return;
      }
      try {
        receipt = await provider.send({ id, to, text: texts.withdrawal({ request, language: then.language }) });
      } catch (error) {
        if (!(error instanceof ReceiverFault)) throw error;
        await fail('refused', error.message);
        return;
      }
    }
    const { reference } = receipt;
    const sent = { type: 'MarkWithdrawalSent' as const, alertId, provider: provider.name, reference };
    if (await this.#record(because, sent)) metrics.takenBack(provider.name);
  }

  /** The message said that nothing holds: neither does what earlier alerts told the phone. */
  async #closeEarlier(last: Request, told: readonly Holder[], because: Provenance): Promise<void> {
    const reference = `${last.alertId}-withdrawal`;
    const provider = this.parts.provider.name;
    for (const { alertId } of told.slice(0, -1)) {
      await this.#record(because, { type: 'MarkWithdrawalSent', alertId, provider, reference });
    }
  }

  async #record(because: Provenance, command: AlertCommand & { alertId?: string }): Promise<boolean> {
    const alertId = 'data' in command ? command.data.alertId : command.alertId;
    const stream = streams.alert(alertId);
    const { appended } = await handle(this.parts.store, alertDecider, stream, command, because);
    return appended !== undefined;
  }
}

function withPhone(registrations: readonly Registration[], phoneIndex: string): Registration | undefined {
  return registrations.findLast((registration) => registration.phoneIndex === phoneIndex);
}
