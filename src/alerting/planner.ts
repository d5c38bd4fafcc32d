import type { Contact } from '../cases/index.js';
import { currentPhone, personOf, phoneIndexes, recordsOf, registrationsOf } from '../people/index.js';
import { type AlertRequested, alertStream } from './events.js';
import { FAILED, waitsForMorning } from './failures.js';
import { randomUUID } from 'node:crypto';
import { alertDecider, canBeReliedOn, mayStillBeTakenBack, saysEnough, type AlertState } from './alert.js';
import { WrongRevision, type EventStore } from '../event-log/event-store.js';
import type { Now } from '../platform/clock.js';
import { handle } from '../event-log/handle.js';
import { alertIdOf } from './ids.js';
import { lastAlert, loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { Allowance } from '../delivery/index.js';
import type { Brake } from './apply-brake.js';
import type { CaseView, CaseViews } from './case-views.js';
import { concurrently } from '../kernel/concurrently.js';
import { exposedAt, type OwnCases } from './own-cases.js';
import type { Recipients } from './recipients.js';
import type { Rules } from './rules.js';
import type { Unreached } from './unreached.js';

const AT_ONCE = 200;
/**
 * Few enough that thousands of farther contacts do not hold up the messages to closer ones, which this process sends
 * meanwhile.
 */
const FARTHER_AT_ONCE = 16;

export interface PlannerMeans {
  store: EventStore;
  views: CaseViews;
  recipients: Recipients;
  brake: Brake;
  rules: Rules;
  ownCases: OwnCases;
  allowance: Allowance;
  unreached: Unreached;
  now: Now;
}

/**
 * Brings alerts in line with the contacts of a case: every contact has an alert that says enough, and nobody else has
 * one. It compares the actual state with the required one, so any number of planners may run, repeatedly and in any
 * order.
 */
export class Planner {
  constructor(private readonly means: PlannerMeans) {}

  /**
   * Plans the alerts of everyone whom a completed trace concerns.
   * @param traceId null for everyone who ever was a contact of the case.
   */
  async plan(caseId: string, traceId: string | null): Promise<void> {
    const { views, brake } = this.means;
    const [view, waits] = await Promise.all([views.fresh(caseId), brake.isHeld(caseId)]);
    if (!view.live) await this.#tellWhoIsNoCaseAnyMore(view);
    // If the case waits, everybody has to, not only the people about whom its latest trace says something new.
    const concerned = view.concerned(waits ? null : traceId);
    // The brake judges before anybody is alerted, in case the numbers show that something is wrong.
    const held = await brake.judge(view, await this.#dueAmong(view, concerned));
    const plan = async (personId: string) => {
      const contact = view.contact(personId);
      // Most contacts are new: one append finds that out without reading anything first.
      if (!contact || held || !(await this.#requestFirst(view, contact))) await this.#reconcile(view, personId);
    };
    const close = concerned.filter((personId) => view.contact(personId)?.degree === 1);
    await concurrently(close, AT_ONCE, plan);
    await concurrently(concerned.slice(close.length), close.length > 0 ? FARTHER_AT_ONCE : AT_ONCE, plan);
  }

  /** Plans the alerts of these people, because something happened to an alert of theirs or to one that they rely on. */
  async reconcile(concerned: Iterable<{ caseId: string; personId: string }>): Promise<void> {
    const once = new Map([...concerned].map((each) => [JSON.stringify([each.caseId, each.personId]), each]));
    await concurrently(once.values(), AT_ONCE, async ({ caseId, personId }) =>
      this.#reconcile(await this.means.views.fresh(caseId), personId),
    );
  }

  /** The number of these people who are contacts with advice that is not over. */
  async #dueAmong(view: CaseView, concerned: readonly string[]): Promise<number> {
    let due = 0;
    for (const personId of concerned) {
      const contact = view.contact(personId);
      if (contact && !(await this.means.rules.isOver(view, contact))) due++;
    }
    return due;
  }

  /** The person of a retracted case is alerted, and alerts to them are taken back, like anybody else's from now on. */
  async #tellWhoIsNoCaseAnyMore({ personId, because }: CaseView): Promise<void> {
    if (personId === '') return;
    const { store, unreached } = this.means;
    for (const alertId of await unreached.alertsOf(await recordsOf(store, personId))) {
      const { state } = await loadAlert(store, alertId);
      if (state.request) await this.reconcile([state.request]);
      if (!mayStillBeTakenBack(state)) continue;
      // If there is another reason to hold it, it is held again.
      await handle(store, alertDecider, alertStream(alertId), { type: 'ReleaseWithdrawal', alertId }, because);
    }
  }

  /** Requests a person's first alert; false if the person had one already. */
  async #requestFirst(view: CaseView, contact: Contact): Promise<boolean> {
    const data = requestOf(view, contact, 0);
    try {
      // A random event id: success has to mean that there was no alert, not that an old append was repeated.
      const event = { type: 'AlertRequested' as const, data };
      const request = { id: randomUUID(), event, provenance: view.because };
      await this.means.store.append(alertStream(data.alertId), [request], 'no-stream');
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  async #reconcile(view: CaseView, personId: string): Promise<void> {
    const { store, brake } = this.means;
    const last = await lastAlert(store, view.caseId, personId);
    const { sequence, state } = last;
    const contact = view.contact(personId);
    if (contact && ((await this.#suffices(last, view, contact)) || (await brake.isHeld(view.caseId)))) return;
    if (state.request) {
      const { alertId } = state.request;
      await handle(store, alertDecider, alertStream(alertId), { type: 'Withdraw', alertId }, view.because);
    }
    if (!contact) return;
    const data = requestOf(view, contact, sequence + 1);
    await handle(store, alertDecider, alertStream(data.alertId), { type: 'Request', data }, view.because);
  }

  /** Whether a contact who has this alert needs no other. */
  async #suffices({ state, toldAt, failedAt }: Alert, view: CaseView, contact: Contact): Promise<boolean> {
    const { store, rules, allowance } = this.means;
    switch (state.status) {
      case 'requested':
        return true;
      case 'sent':
      case 'delivered':
        return (await this.#says(state, view, contact)) && this.#goesToThePerson({ state, toldAt }, contact.personId);
      case 'covered': {
        if (state.coveredBy === null) return false;
        const holder = await loadAlert(store, state.coveredBy);
        const { state: by } = holder;
        if (!canBeReliedOn(by)) return false;
        // What it says is checked once it was sent; where it goes is known.
        if (!by.told) return this.#goesToThePerson(holder, contact.personId);
        if (by.leftOut.has(state.request?.alertId ?? '') && !(await this.#speaksTo(by, view, contact))) return false;
        return (await this.#says(by, view, contact)) && this.#goesToThePerson(holder, contact.personId);
      }
      case 'failed':
        if (state.request === null) return true;
        if (state.replayed) return false;
        if (state.failure === FAILED.tooLate) return rules.isOver(view, contact);
        if (state.failure === FAILED.isACase) return this.#isCase(view, contact);
        if (waitsForMorning(state.failure) && allowance.isMorningAfter(failedAt)) return false;
        return !(await this.#canBeReachedNow(state.request));
      case 'unknown':
      case 'withdrawn':
        return false;
    }
  }

  /** Whether the message says enough for now, or the advice is over, or the person is a case by now. */
  async #says(told: AlertState, view: CaseView, contact: Contact): Promise<boolean> {
    const { rules } = this.means;
    if (saysEnough(told, await rules.wordFor(view, contact))) return true;
    return (await rules.isOver(view, contact)) || this.#isCase(view, contact);
  }

  async #speaksTo(told: AlertState, { caseId }: CaseView, { personId }: Contact): Promise<boolean> {
    const { store, recipients } = this.means;
    return recipients.speaksTo(told, { caseId, personId }, await recordsOf(store, personId));
  }

  async #isCase({ disease }: CaseView, contact: Contact): Promise<boolean> {
    const { ownCases, now } = this.means;
    const { personId } = contact;
    return (await ownCases.of({ disease, personId }, exposedAt(contact, now()))) !== undefined;
  }

  /**
   * False if the phone that was notified, or will be, is not the person's, because their number was corrected. A person
   * who lost the number after the message was sent was notified all the same.
   */
  async #goesToThePerson(
    { state: { request, told }, toldAt = 0 }: Pick<LoadedAlert, 'state' | 'toldAt'>,
    personId: string,
  ): Promise<boolean> {
    if (!request) return true;
    const { store, recipients } = this.means;
    const people = await Promise.all((await recordsOf(store, personId)).map((record) => personOf(store, record)));
    const registrations = people.map((person) => person.registrations);
    const current = registrations.map(currentPhone).filter((phone) => phone !== null);
    const ever = new Set(registrations.flatMap(phoneIndexes));
    if (current.length === 0) return told && people.every(({ registeredAt }) => registeredAt >= toldAt);
    if (ever.size === current.length) return true;
    if (request.personId !== personId) {
      for (const phone of phoneIndexes(await registrationsOf(store, request.personId))) ever.add(phone);
    }
    const phone = await recipients.claimOf(request, [...ever]);
    return phone === undefined || current.includes(phone);
  }

  /** Whether the person of a failed alert now has a phone on which the alert was not tried. */
  async #canBeReachedNow(request: AlertRequested['data']): Promise<boolean> {
    const { store, recipients } = this.means;
    const registrations = await registrationsOf(store, request.personId);
    const phone = currentPhone(registrations);
    if (phone === null) return false;
    return (await recipients.claimOf(request, phoneIndexes(registrations))) !== phone;
  }
}

type Alert = Awaited<ReturnType<typeof lastAlert>>;

function requestOf(view: CaseView, { personId, degree }: Contact, sequence: number): AlertRequested['data'] {
  const { caseId, disease } = view;
  return { alertId: alertIdOf(caseId, personId, sequence), caseId, personId, disease, degree, sequence };
}
