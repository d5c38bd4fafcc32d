import { type AlertRequested, alertStream, recipientStream } from './events.js';
import { randomUUID } from 'node:crypto';
import { alertDecider, canBeReliedOn, saysEnough, speaksOf, type AlertState, type Word } from './alert.js';
import { WrongRevision, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { CaseViews } from './case-views.js';

export type Holder = Pick<LoadedAlert, 'alertId' | 'state' | 'toldAt' | 'failedAt'>;

/** An alert that claims a phone, and what it has to say. */
export interface ClaimRequest {
  alert: AlertRequested['data'];
  /** What the contact has to be notified of now. */
  word: Word;
  /** All records of the person. */
  records: readonly string[];
  because: Provenance;
}

/**
 * - `by`: another alert notifies the phone, or notified it, including this alert's person.
 * - Otherwise this alert notifies the phone, after `number` others. `old` if it claimed the phone before: its message
 *   may have been sent already.
 */
export type Claim = { by: string } | { old: boolean; number: number };

interface Claimed {
  alertId: string;
  /** When it was claimed, in milliseconds. */
  at: number;
}

/**
 * Decides which alert notifies a phone about a disease. The alerts that did so, one after another, each opened the
 * stream of their number for this disease and phone. An alert relies on an earlier one that says the same: one of the
 * same case, even for several people of a phone; or one of another case, if the same person was notified within some
 * hours, or with a day that is not earlier. If messages are gathered, it also relies on one of another case that was
 * not sent yet, and that will cover both.
 */
export class Recipients {
  /**
   * @param mergeHours hours in which a person who was notified of one case is not notified of another that asks for no
   * more. If both name a last day, that applies until a later one has to be named. With 0, people are notified of each
   * case.
   * @param gathers whether one message covers everything that is due for a phone at a time, whichever case it is about.
   */
  constructor(
    private readonly store: EventStore,
    private readonly views: CaseViews,
    private readonly mergeHours: number,
    private readonly now: () => number = Date.now,
    readonly gathers = false,
  ) {}

  async claim(claiming: ClaimRequest, phoneIndex: string): Promise<Claim> {
    const { alert, because } = claiming;
    for (let number = 0; ; number++) {
      if (await this.#open(alert, phoneIndex, number, because)) return { old: false, number };
      const claimed = await this.#holder(alert.disease, phoneIndex, number);
      if (claimed?.alertId === alert.alertId) return { old: true, number };
      if (claimed && (await this.#relyOn(claimed, claiming))) return { by: claimed.alertId };
    }
  }

  /** Makes an alert rely on another one; false if that one cannot be relied on any more. */
  async join(holder: string, claiming: Pick<ClaimRequest, 'alert' | 'because'>): Promise<boolean> {
    return (await this.#join(holder, claiming)) !== undefined;
  }

  async #join(
    holder: string,
    { alert, because }: Pick<ClaimRequest, 'alert' | 'because'>,
  ): Promise<AlertState | undefined> {
    const { alertId, personId, caseId } = alert;
    const join = { type: 'Join' as const, alertId: holder, other: alertId, personId, caseId };
    const { state } = await handle(this.store, alertDecider, alertStream(holder), join, because);
    return canBeReliedOn(state) && state.joined.has(alertId) ? state : undefined;
  }

  async #relyOn(claimed: Claimed, claiming: ClaimRequest): Promise<boolean> {
    const { state } = await load(this.store, alertDecider, alertStream(claimed.alertId));
    if (!(await this.#suits(claimed, state, claiming))) return false;
    const joined = await this.#join(claimed.alertId, claiming);
    if (!joined) return false;
    // It may have been sent before it was joined, and then it does not cover anybody who came later.
    return joined.told === state.told || this.#suits(claimed, joined, claiming);
  }

  /** Whether another alert notified any of these phones about the disease, or had to. */
  async hasOthers({ alertId, disease }: AlertRequested['data'], phones: readonly string[]): Promise<boolean> {
    for (const phoneIndex of phones) {
      for (let number = 0; ; number++) {
        const claimed = await this.#holder(disease, phoneIndex, number);
        if (claimed === undefined) break;
        if (claimed.alertId !== alertId) return true;
      }
    }
    return false;
  }

  /**
   * Every alert that notified the phone about the disease, or had to, oldest first.
   * @param known one of which the number is known, which then need not be read.
   */
  async holders(disease: string, phoneIndex: string, known?: { alertId: string; number: number }): Promise<Holder[]> {
    const holders: Promise<Holder>[] = [];
    for (let number = 0; ; number++) {
      const claimed = number === known?.number ? known : await this.#holder(disease, phoneIndex, number);
      if (claimed === undefined) return Promise.all(holders);
      const loading = loadAlert(this.store, claimed.alertId);
      // It is awaited with the others.
      loading.catch(() => undefined);
      holders.push(loading);
    }
  }

  /** The one of these phones that the alert has claimed, if any. */
  async claimOf({ alertId, disease }: AlertRequested['data'], phones: readonly string[]): Promise<string | undefined> {
    for (const phoneIndex of phones) {
      for (let number = 0; ; number++) {
        const claimed = await this.#holder(disease, phoneIndex, number);
        if (claimed?.alertId === alertId) return phoneIndex;
        if (claimed === undefined) break;
      }
    }
    return undefined;
  }

  /** Whether the alert has nothing to add to one that claimed the phone. */
  async #suits({ at }: Claimed, state: AlertState, { alert, word, records }: ClaimRequest): Promise<boolean> {
    const { request } = state;
    if (!request || !canBeReliedOn(state)) return false;
    // A message that was not sent yet will be written for the closest of the contacts who have the phone.
    if (!state.told && (this.gathers || request.caseId === alert.caseId)) return true;
    if (!saysEnough(state, word)) return false;
    if (speaksOf(state).has(alert.caseId)) return true;
    return this.#isMerged(at, state, word) && this.speaksTo(state, alert, records);
  }

  /**
   * If both name a day, the age does not matter: a message with the same day would say nothing new, and people would
   * believe one with an earlier day.
   */
  #isMerged(at: number, { saidUntil }: AlertState, { until }: Word): boolean {
    if (this.mergeHours > 0 && saidUntil !== null && until !== null) return true;
    return this.now() - at <= this.mergeHours * 3_600_000;
  }

  /** Whether an alert's message is for this contact: about the same case, or to the same person. */
  async speaksTo(
    state: AlertState,
    { caseId, personId }: { caseId: string; personId: string },
    records: readonly string[],
  ): Promise<boolean> {
    const { request, joined } = state;
    const cases = speaksOf(state);
    if (!request || cases.has(caseId)) return request !== null;
    const told = [request, ...joined.values()].filter((each) => cases.has(each.caseId));
    if (told.some((each) => records.includes(each.personId))) return true;
    for (const each of cases) {
      if ((await this.views.fresh(each)).contact(records[0] ?? personId) !== undefined) return true;
    }
    return false;
  }

  async #open(
    { alertId, caseId, disease }: AlertRequested['data'],
    phoneIndex: string,
    number: number,
    because: Provenance,
  ): Promise<boolean> {
    const event = { type: 'RecipientClaimed' as const, data: { alertId, caseId } };
    try {
      // A random event id each time: success has to mean that the claim is new, not that an old one was repeated.
      const claim = { id: randomUUID(), event, provenance: because };
      await this.store.append(recipientStream(disease, phoneIndex, number), [claim], 'no-stream');
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  async #holder(disease: string, phoneIndex: string, number: number): Promise<Claimed | undefined> {
    for await (const event of this.store.read(recipientStream(disease, phoneIndex, number))) {
      if (event.type === 'RecipientClaimed') return { alertId: event.data.alertId, at: event.recordedAt.getTime() };
    }
    return undefined;
  }
}
