import { type AlertRequested, alertStream, recipientStream } from './events.js';
import { randomUUID } from 'node:crypto';
import { alertDecider, canBeReliedOn, saysEnough, speaksOf, type AlertState, type Word } from './alert.js';
import { WrongRevision, type EventStore, type Provenance } from '../event-log/event-store.js';
import { handle, load } from '../event-log/handle.js';
import { loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { CaseViews } from './case-views.js';

export type Holder = Pick<LoadedAlert, 'alertId' | 'state' | 'toldAt' | 'failedAt'>;

/** Whom an alert is to tell what. */
export interface ClaimRequest {
  alert: AlertRequested['data'];
  /** What the contact has to be told now. */
  word: Word;
  /** All records of the person. */
  records: readonly string[];
  because: Provenance;
}

/**
 * - `by`: another alert tells the phone, or told it, this one's person included.
 * - otherwise this alert tells the phone. `old` where it was so before: the message may have gone already. `first` where
 *   no other told the phone before it.
 */
export type Claim = { by: string } | { old: boolean; first: boolean };

interface Claimed {
  alertId: string;
  /** Milliseconds. */
  at: number;
}

/**
 * Who tells a phone about a disease. The alerts that did so, one after another, each opened the stream of their number
 * for this disease and phone. An alert relies on an earlier one that tells the same: of the same case, several people
 * of a phone included; or of another case, where the same person was told within some hours, or of a day that is no
 * earlier. Where messages are gathered it also relies on one of another case that has not gone yet, which will speak of
 * both.
 */
export class Recipients {
  /**
   * @param mergeHours for which a person who was told of one case is not told of another that asks for no more; where both
   * name a last day, that is so until a later one has to be named. With 0 each case is told of.
   * @param gathers whether one message speaks of what is due for a phone at a time, whichever case it is of.
   */
  constructor(
    private readonly store: EventStore,
    private readonly views: CaseViews,
    private readonly mergeHours: number,
    private readonly now: () => number = Date.now,
    readonly gathers = false,
  ) {}

  async claim(telling: ClaimRequest, phoneIndex: string): Promise<Claim> {
    const { alert, because } = telling;
    for (let number = 0; ; number++) {
      const first = number === 0;
      if (await this.#open(alert, phoneIndex, number, because)) return { old: false, first };
      const claimed = await this.#holder(alert.disease, phoneIndex, number);
      if (claimed?.alertId === alert.alertId) return { old: true, first };
      if (claimed && (await this.#relyOn(claimed, telling))) return { by: claimed.alertId };
    }
  }

  /** Has an alert rely on another one. False when that cannot be relied on any more. */
  async join(holder: string, telling: Pick<ClaimRequest, 'alert' | 'because'>): Promise<boolean> {
    return (await this.#join(holder, telling)) !== undefined;
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

  async #relyOn(claimed: Claimed, telling: ClaimRequest): Promise<boolean> {
    const { state } = await load(this.store, alertDecider, alertStream(claimed.alertId));
    if (!(await this.#suits(claimed, state, telling))) return false;
    const joined = await this.#join(claimed.alertId, telling);
    if (!joined) return false;
    // It may have gone before it was joined, and then speaks of nobody who came after.
    return joined.told === state.told || this.#suits(claimed, joined, telling);
  }

  /** Whether another alert told, or was to tell, any of these phones about the disease. */
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

  /** Every alert that told or was to tell the phone about the disease, oldest first. */
  async holders(disease: string, phoneIndex: string): Promise<Holder[]> {
    const holders: Holder[] = [];
    for (let number = 0; ; number++) {
      const claimed = await this.#holder(disease, phoneIndex, number);
      if (claimed === undefined) return holders;
      const { alertId } = claimed;
      holders.push(await loadAlert(this.store, alertId));
    }
  }

  /** Under which of these phones the alert has a claim, if any. */
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

  /** Whether the alert needs to say nothing beside one that claimed the phone. */
  async #suits({ at }: Claimed, state: AlertState, { alert, word, records }: ClaimRequest): Promise<boolean> {
    const { request } = state;
    if (!request || !canBeReliedOn(state)) return false;
    // What has not gone yet will speak of the closest of the contacts who have the phone.
    if (!state.told && (this.gathers || request.caseId === alert.caseId)) return true;
    if (!saysEnough(state, word)) return false;
    if (speaksOf(state).has(alert.caseId)) return true;
    return this.#isMerged(at, state, word) && this.speaksTo(state, alert, records);
  }

  /** However long ago: a message that named the same day now would say nothing, and an earlier one would be believed. */
  #isMerged(at: number, { saidUntil }: AlertState, { until }: Word): boolean {
    if (this.mergeHours > 0 && saidUntil !== null && until !== null) return true;
    return this.now() - at <= this.mergeHours * 3_600_000;
  }

  /** Whether what an alert tells is for this contact: of the same case, or to the same person. */
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
      // An id of its own each time: success has to mean that the claim is new, not that it is an old one repeated.
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
