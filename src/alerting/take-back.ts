import { currentPhone, phoneIndexes, recordsOf, registrationsOf, type Registration } from '../people/index.js';
import { type AlertRequested, alertStream } from './events.js';
import { FAILED, waitsForMorning, type WithdrawalFailure } from './failures.js';
import { alertDecider, mayStillBeTakenBack, messageId, type AlertCommand, type AlertState } from './alert.js';
import type { EventStore, Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import type { Sealing } from '../event-log/sealing.js';
import { lastAlert, loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { Now } from '../platform/clock.js';
import type { AlertMetrics, Allowance, Dispatcher, Outcome, Route, MessageContent } from '../delivery/index.js';
import type { CaseViews } from './case-views.js';
import type { OwnCases } from './own-cases.js';
import type { Rules } from './rules.js';
import type { Holder, Recipients } from './recipients.js';
import type { Texts } from './texts.js';

export interface TakeBackMeans {
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
type Joined = Pick<Request, 'caseId' | 'personId'>;

/**
 * Takes back the messages to a phone about a case once none of the people who share it is a contact any more. It sends
 * one message, for the last alert to the phone. While any of them is still a contact, the withdrawal is held.
 */
export class TakeBack {
  constructor(private readonly means: TakeBackMeans) {}

  /**
   * @param loaded a withdrawn alert.
   * @param via the provider to send through; undefined if this job cannot send messages.
   * @returns false when there is a message to send, but this job cannot send it.
   */
  async settle(loaded: LoadedAlert, via: Route | undefined): Promise<boolean> {
    const { state } = loaded;
    const { request } = state;
    if (!request) return true;
    // The message may have been sent before or while the alert was withdrawn.
    if (!state.told && state.inDoubt === null && (await this.#noteWhatWent(loaded))) return true;
    return this.#settlePhones(request, loaded, await this.#phonesOf(request, state), via);
  }

  /**
   * Checks again the withdrawals for the phones of a person who no longer relies on them: they may have been held
   * because of this person.
   * @param loaded the alert that notifies the person now, or that relies on another one.
   */
  async lookAgain(loaded: LoadedAlert): Promise<void> {
    const { request } = loaded.state;
    if (!request) return;
    const phones = await this.#phonesOf(request, loaded.state);
    if (await this.means.recipients.hasOthers(request, phones)) {
      await this.#settlePhones(request, loaded, phones, undefined);
    }
  }

  async #phonesOf({ personId }: Request, { coveredBy }: AlertState): Promise<string[]> {
    const { store } = this.means;
    const people = [personId];
    if (coveredBy !== null) {
      // The message may have been sent to a phone of another record.
      const { state: by } = await load(store, alertDecider, alertStream(coveredBy));
      if (by.request) people.push(by.request.personId);
    }
    const phones = new Set<string>();
    for (const each of new Set(people)) {
      for (const phoneIndex of phoneIndexes(await registrationsOf(store, each))) phones.add(phoneIndex);
    }
    return [...phones];
  }

  async #settlePhones(
    request: Request,
    loaded: LoadedAlert,
    phones: readonly string[],
    via: Route | undefined,
  ): Promise<boolean> {
    const { recipients } = this.means;
    let done = true;
    for (const phoneIndex of phones) {
      // A withdrawal for another case may have been held because of the people of this one.
      const holders = groupedByCase(await recipients.holders(request.disease, phoneIndex));
      for (const ofCase of holders) {
        done = (await this.#settlePhone(loaded, phoneIndex, ofCase, via)) && done;
      }
    }
    return done;
  }

  /**
   * Records that the message was sent, or may have been, if that is not recorded yet. True if there was something to
   * record, which brings the alert here again.
   */
  async #noteWhatWent(loaded: LoadedAlert): Promise<boolean> {
    const { dispatcher, metrics } = this.means;
    const { alertId } = loaded;
    const lost = await dispatcher.lost(loaded.message('alert'));
    if (lost?.type === 'sent') {
      const { provider, receipt } = lost;
      const said = await this.wordOf(loaded);
      const marked = { type: 'MarkSent' as const, alertId, provider, reference: receipt.reference, said };
      if (await loaded.record(marked)) metrics.sent(provider);
      return true;
    }
    // An alert that was left to a visit because nobody knew is as much in doubt as before.
    if (lost?.type !== FAILED.uncertain && loaded.state.failure !== FAILED.uncertain) return false;
    return loaded.record({ type: 'OweInDoubt', alertId, provider: lost?.provider ?? 'none' });
  }

  /**
   * @param cause the alert that was withdrawn, and whose job this is.
   * @param holders the alerts of one case that claimed the phone, oldest first.
   */
  async #settlePhone(
    cause: LoadedAlert,
    phoneIndex: string,
    holders: readonly Holder[],
    via: Route | undefined,
  ): Promise<boolean> {
    const { allowance, rules } = this.means;
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
      await this.#hold(earlier.alertId, last.alertId, cause);
    }
    if (withdrawal === 'failed' && waitsForMorning(last.state.withdrawalFailure)) {
      if (!allowance.isMorningAfter(last.failedAt)) return true;
      await this.#record(cause.because, { type: 'ReleaseWithdrawal', alertId: last.alertId });
      return true;
    }
    if (withdrawal !== 'owed' && !mayStillBeTakenBack(last.state)) return true;
    // Here, a withdrawal that failed did so only because somebody is a case.
    const still = withdrawal === 'failed' ? undefined : await this.#stillContact(holders, phoneIndex);
    const own = still === undefined ? await this.#ownCases(told) : [];
    const ofSome = own.find((caseId) => caseId !== undefined);
    const remaining = still ?? (own.includes(undefined) ? undefined : ofSome);
    if (withdrawal !== 'owed') {
      const keeps = withdrawal === 'held' ? remaining : ofSome;
      if (!keeps) await this.#record(cause.because, { type: 'ReleaseWithdrawal', alertId: last.alertId });
    } else if (last.alertId === cause.alertId) {
      // Only the alert's own job gets here, so two jobs never send the same message at a time.
      if (remaining) await this.#hold(last.alertId, remaining, cause);
      else if (told.every(({ state }) => rules.isPast(state.saidUntil))) {
        const detail = 'the last day of what was told is over';
        await cause.record({ type: 'FailWithdrawal', data: { alertId: last.alertId, reason: FAILED.over, detail } });
      } else if (ofSome) {
        // The other people of the phone are notified by a visit.
        const detail = 'somebody who was told by it is a case of the disease';
        await cause.record({ type: 'FailWithdrawal', data: { alertId: last.alertId, reason: FAILED.isACase, detail } });
      } else if (via) await this.#send(request, cause, phoneIndex, via);
      else return false;
    }
    return true;
  }

  /** An alert to the phone, or one that relies on such an alert, whose person is a contact now. */
  async #stillContact(holders: readonly Holder[], phoneIndex: string): Promise<string | undefined> {
    const { views } = this.means;
    for (const { alertId, state } of holders) {
      if (state.request && (await views.isContact(state.request))) return alertId;
      for (const [other, joined] of state.joined) {
        if ((await views.isContact(joined)) && !(await this.#isToldOtherwise(joined, alertId, phoneIndex)))
          return other;
      }
    }
    return undefined;
  }

  /** Whether a person who relied on an alert no longer does, because another one notifies them or has to. */
  async #isToldOtherwise({ caseId, personId }: Joined, by: string, phoneIndex: string): Promise<boolean> {
    const { store } = this.means;
    const [counting = personId] = await recordsOf(store, personId);
    const ofCounting = await lastAlert(store, caseId, counting);
    const last = ofCounting.sequence < 0 ? await lastAlert(store, caseId, personId) : ofCounting;
    switch (last.state.status) {
      case 'sent':
      case 'delivered':
        return true;
      case 'covered':
        return last.state.coveredBy !== by;
      case 'failed':
        // That this phone has to wait, or cannot be notified, is no reason to say that the warning was wrong.
        return currentPhone(await registrationsOf(store, personId)) !== phoneIndex;
      // It may rely on the same alert again.
      case 'requested':
      case 'withdrawn':
      case 'unknown':
        return false;
    }
  }

  /** For each person who would get the message that they are well: their own live case, or undefined. */
  async #ownCases(told: readonly Holder[]): Promise<(string | undefined)[]> {
    const own: (string | undefined)[] = [];
    for (const { state, toldAt } of told) {
      if (!state.request) continue;
      const { disease } = state.request;
      for (const { personId } of [state.request, ...state.joined.values()]) {
        own.push(await this.means.ownCases.of({ disease, personId }, toldAt ?? this.means.now()));
      }
    }
    return own;
  }

  /** What the message that may have been sent said; null if that is not known. */
  async wordOf({ alertId, state: { request } }: LoadedAlert): Promise<MessageContent | null> {
    if (!request) return null;
    const { store, recipients, allowance } = this.means;
    const phone = await recipients.claimOf(request, phoneIndexes(await registrationsOf(store, request.personId)));
    return phone === undefined ? null : allowance.wordOf(phone, alertId);
  }

  /**
   * Holds a withdrawal, unless its message was sent, or may have been, without a record. Then it records that instead,
   * and a person who came to rely on the alert is notified again.
   */
  async #hold(alertId: string, by: string, cause: LoadedAlert): Promise<void> {
    const loaded = alertId === cause.alertId ? cause : await loadAlert(this.means.store, alertId);
    const lost = await this.means.dispatcher.lost(loaded.message('withdrawal'));
    if (lost) await this.#note(loaded, lost);
    else await this.#record(cause.because, { type: 'HoldWithdrawal', alertId, by });
  }

  async #send(request: Request, loaded: LoadedAlert, phoneIndex: string, via: Route): Promise<void> {
    const { store, sealing, dispatcher, texts, allowance } = this.means;
    const { alertId, personId } = request;
    const fail = async (reason: WithdrawalFailure, detail: string) => {
      await loaded.record({ type: 'FailWithdrawal', data: { alertId, reason, detail } });
      return undefined;
    };
    const write = async () => {
      // The message goes to the phone that was notified, even if the person has another one by now.
      const then = withPhone(await registrationsOf(store, personId), phoneIndex);
      const to = then?.phone ? await sealing.open(personId, 'phone', then.phone) : undefined;
      if (!then || to === undefined) return fail(FAILED.noPhone, 'the person was erased');
      const text = texts.withdrawal({ request, language: then.language });
      if (!(await allowance.take(phoneIndex, { messageId: messageId(alertId, 'withdrawal') }, loaded.because))) {
        return fail(FAILED.bound, 'the phone had all the messages of a day');
      }
      return { to, text };
    };
    const outcome = await dispatcher.send({ ...loaded.message('withdrawal'), via, old: true, write });
    if (outcome) await this.#note(loaded, outcome);
  }

  async #note(loaded: LoadedAlert, outcome: Outcome): Promise<void> {
    const { dispatcher, metrics } = this.means;
    const { alertId } = loaded;
    const fail = async (reason: WithdrawalFailure, detail: string) =>
      void (await loaded.record({ type: 'FailWithdrawal', data: { alertId, reason, detail } }));
    if (outcome.type !== 'sent') return fail(outcome.type, outcome.detail);
    const { provider, receipt } = outcome;
    const { reference } = receipt;
    if (dispatcher.isFile(provider)) return fail(FAILED.file, reference);
    if (await loaded.record({ type: 'MarkWithdrawalSent', alertId, provider, reference })) metrics.takenBack(provider);
    await dispatcher.tellReported(loaded.message('withdrawal'), outcome);
  }

  /** The message said that no warning applies any more, so earlier alerts to the phone are taken back too. */
  async #closeEarlier(last: Holder, told: readonly Holder[], because: Provenance): Promise<void> {
    const reference = messageId(last.alertId, 'withdrawal');
    const provider = last.state.takenBackThrough ?? 'none';
    for (const { alertId } of told.slice(0, -1)) {
      await this.#record(because, { type: 'MarkWithdrawalSent', alertId, provider, reference });
    }
  }

  async #record(because: Provenance, command: AlertCommand & { alertId: string }): Promise<void> {
    await handle(this.means.store, alertDecider, alertStream(command.alertId), command, because);
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
