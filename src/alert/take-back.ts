import { alertDecider, type AlertCommand, type Said } from '../domain/alert.js';
import type { AlertRequested, WithdrawalFailed } from '../domain/events.js';
import type { EventStore, Provenance } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import type { Sealing } from '../log/sealing.js';
import { streams } from '../log/streams.js';
import { messageId, type LoadedAlert } from './alert-log.js';
import type { Now } from '../platform/clock.js';
import type { Allowance } from './allowance.js';
import type { CaseViews } from './case-views.js';
import type { Dispatcher } from './dispatcher.js';
import type { AlertMetrics } from './metrics.js';
import type { OwnCases } from './own-cases.js';
import type { Route } from './routes.js';
import type { Rules } from './rules.js';
import type { Holder, Recipients } from './recipients.js';
import { phoneIndexes, registrationsOf, type Registration } from './registrations.js';
import type { Texts } from './texts.js';

export interface TakeBackParts {
  store: EventStore;
  sealing: Sealing;
  dispatcher: Dispatcher;
  texts: Texts;
  metrics: AlertMetrics;
  views: CaseViews;
  recipients: Recipients;
  rules: Rules;
  ownCases: OwnCases;
  allowance: Allowance;
  now: Now;
}

type Request = AlertRequested['data'];

/**
 * Takes back what a phone was told about a case once none of its people is a contact any more: with one message, that
 * of the alert which told it last. While one of them still is a contact, the withdrawal is held.
 */
export class TakeBack {
  constructor(private readonly parts: TakeBackParts) {}

  /**
   * @param loaded a withdrawn alert.
   * @param via the provider through which messages go; undefined where none can go from here.
   * @returns false when there is something to send, which cannot go from here.
   */
  async settle(loaded: LoadedAlert, via: Route | undefined): Promise<boolean> {
    const { store, recipients } = this.parts;
    const { state } = loaded;
    const { request } = state;
    if (!request) return true;
    // It may have gone while it was being withdrawn, or before.
    if (!state.told && state.inDoubt === null && (await this.#noteWhatWent(loaded))) return true;
    const people = [request.personId];
    if (state.coveredBy !== null) {
      // It may have gone to a phone of another record.
      const { state: by } = await load(store, alertDecider, streams.alert(state.coveredBy));
      if (by.request) people.push(by.request.personId);
    }
    const phones = new Set<string>();
    for (const personId of new Set(people)) {
      for (const phoneIndex of phoneIndexes(await registrationsOf(store, personId))) phones.add(phoneIndex);
    }
    let done = true;
    for (const phoneIndex of phones) {
      // What was told of another case may have been held because of this one's people.
      const holders = groupedByCase(await recipients.holders(request.disease, phoneIndex));
      for (const ofCase of holders) {
        done = (await this.#settlePhone(loaded, phoneIndex, ofCase, via)) && done;
      }
    }
    return done;
  }

  /** Whether there was anything to note, which brings the alert here again. */
  async #noteWhatWent(loaded: LoadedAlert): Promise<boolean> {
    const { dispatcher, metrics } = this.parts;
    const { alertId } = loaded;
    const lost = await dispatcher.lost(loaded.noting('alert'));
    if (lost?.type === 'sent') {
      const { provider, receipt } = lost;
      const said = await this.#wordOf(loaded);
      const marked = { type: 'MarkSent' as const, alertId, provider, reference: receipt.reference, said };
      if (await loaded.record(marked)) metrics.sent(provider);
      return true;
    }
    // One that was left to a visit since nobody could say is as much in doubt as before.
    if (lost?.type !== 'uncertain' && loaded.state.failure !== 'uncertain') return false;
    return loaded.record({ type: 'OweInDoubt', alertId, provider: lost?.provider ?? 'none' });
  }

  /**
   * @param cause the alert that was withdrawn, whose job this is.
   * @param holders those of one case, oldest first.
   */
  async #settlePhone(
    cause: LoadedAlert,
    phoneIndex: string,
    holders: readonly Holder[],
    via: Route | undefined,
  ): Promise<boolean> {
    const { allowance, rules } = this.parts;
    const told = holders.filter(({ state }) => state.told || state.inDoubt !== null);
    const last = told.at(-1);
    if (!last?.state.request) return true;
    const { withdrawal, request } = last.state;
    if (withdrawal === 'sent') {
      await this.#closeEarlier(last, told, cause.because);
      return true;
    }

    for (const earlier of told) {
      if (earlier === last || earlier.state.withdrawal !== 'owed') continue;
      await this.#record(cause.because, { type: 'HoldWithdrawal', alertId: earlier.alertId, by: last.alertId });
    }
    if (withdrawal === 'failed' && last.state.withdrawalFailure === 'bound') {
      if (!allowance.isMorningAfter(last.failedAt)) return true;
      await this.#record(cause.because, { type: 'ReleaseWithdrawal', alertId: last.alertId });
      return true;
    }
    if (withdrawal !== 'owed' && withdrawal !== 'held') return true;
    const remaining = (await this.#stillContact(holders)) ?? (await this.#ownCaseOfAll(told));
    if (withdrawal === 'held') {
      if (!remaining) await this.#record(cause.because, { type: 'ReleaseWithdrawal', alertId: last.alertId });
    } else if (last.alertId === cause.alertId) {
      // Only the alert's own job gets here, so that two never send the same message at a time.
      if (remaining) {
        await this.#record(cause.because, { type: 'HoldWithdrawal', alertId: last.alertId, by: remaining });
      } else if (told.every(({ state }) => rules.isPast(state.saidUntil))) {
        const detail = 'the last day of what was told is over';
        await cause.record({ type: 'FailWithdrawal', data: { alertId: last.alertId, reason: 'over', detail } });
      } else if (via) await this.#send(request, cause, phoneIndex, via);
      else return false;
    }
    return true;
  }

  /** An alert of the phone, or one that relies on it, whose person is a contact now. */
  async #stillContact(holders: readonly Holder[]): Promise<string | undefined> {
    for (const { alertId, state } of holders) {
      if (state.request && (await this.parts.views.isContact(state.request))) return alertId;
      for (const [other, joined] of state.joined) if (await this.parts.views.isContact(joined)) return other;
    }
    return undefined;
  }

  /** A case of somebody whom the message would tell that they are well, where each of them is one. */
  async #ownCaseOfAll(told: readonly Holder[]): Promise<string | undefined> {
    let own: string | undefined;
    for (const { state, toldAt } of told) {
      if (!state.request) continue;
      const { disease } = state.request;
      for (const { personId } of [state.request, ...state.joined.values()]) {
        own = await this.parts.ownCases.of({ disease, personId }, toldAt ?? this.parts.now());
        if (own === undefined) return undefined;
      }
    }
    return own;
  }

  async #wordOf({ alertId, state: { request } }: LoadedAlert): Promise<Said | null> {
    if (!request) return null;
    const { store, recipients, allowance } = this.parts;
    const phone = await recipients.claimOf(request, phoneIndexes(await registrationsOf(store, request.personId)));
    return phone === undefined ? null : allowance.wordOf(phone, alertId);
  }

  async #send(request: Request, loaded: LoadedAlert, phoneIndex: string, via: Route): Promise<void> {
    const { store, sealing, dispatcher, texts, metrics, allowance } = this.parts;
    const { alertId, personId } = request;
    const fail = async (reason: WithdrawalFailed['data']['reason'], detail: string) => {
      await loaded.record({ type: 'FailWithdrawal', data: { alertId, reason, detail } });
      return undefined;
    };
    const message = async () => {
      // To the phone that was told, whatever the person is reached by now.
      const then = withPhone(await registrationsOf(store, personId), phoneIndex);
      const to = then?.phone ? await sealing.open(personId, 'phone', then.phone) : undefined;
      if (!then || to === undefined) return fail('no-phone', 'the person was erased');
      const text = texts.withdrawal({ request, language: then.language });
      if (!(await allowance.take(phoneIndex, { messageId: messageId(alertId, 'withdrawal') }, loaded.because))) {
        return fail('bound', 'the phone had all the messages of a day');
      }
      return { to, text };
    };
    const outcome = await dispatcher.send({ noting: loaded.noting('withdrawal'), via, old: true, message });
    if (outcome?.type === 'sent') {
      const { provider, receipt } = outcome;
      const { reference } = receipt;
      if (dispatcher.isFile(provider)) return void (await fail('file', reference));
      if (await loaded.record({ type: 'MarkWithdrawalSent', alertId, provider, reference }))
        metrics.takenBack(provider);
    } else if (outcome) await fail(outcome.type, outcome.detail);
  }

  /** The message said that nothing holds: neither does what earlier alerts told the phone. */
  async #closeEarlier(last: Holder, told: readonly Holder[], because: Provenance): Promise<void> {
    const reference = messageId(last.alertId, 'withdrawal');
    const provider = last.state.takenBackThrough ?? 'none';
    for (const { alertId } of told.slice(0, -1)) {
      await this.#record(because, { type: 'MarkWithdrawalSent', alertId, provider, reference });
    }
  }

  async #record(because: Provenance, command: AlertCommand & { alertId: string }): Promise<void> {
    await handle(this.parts.store, alertDecider, streams.alert(command.alertId), command, because);
  }
}

function withPhone(registrations: readonly Registration[], phoneIndex: string): Registration | undefined {
  return registrations.findLast((registration) => registration.phoneIndex === phoneIndex);
}

function groupedByCase(holders: readonly Holder[]): Holder[][] {
  const groups = new Map<string, Holder[]>();
  for (const holder of holders) {
    const caseId = holder.state.request?.caseId;
    if (caseId === undefined) continue;
    const group = groups.get(caseId);
    if (group) group.push(holder);
    else groups.set(caseId, [holder]);
  }
  return [...groups.values()];
}
