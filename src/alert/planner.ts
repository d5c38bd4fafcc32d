import { randomUUID } from 'node:crypto';
import { alertDecider, canBeReliedOn, saysEnough, type AlertState } from '../domain/alert.js';
import type { AlertRequested, Contact } from '../domain/events.js';
import { WrongRevision, type EventStore } from '../log/event-store.js';
import { handle, load } from '../log/handle.js';
import { alertIdOf } from '../log/ids.js';
import { streams } from '../log/streams.js';
import { lastAlert } from './alert-log.js';
import type { Brake } from './brake.js';
import type { CaseView, CaseViews } from './case-views.js';
import { concurrently } from './concurrently.js';
import type { Recipients } from './recipients.js';
import { currentPhone, phoneIndexes, registrationsOf } from './registrations.js';

const AT_ONCE = 200;
/** So few that the messages of closer contacts, which this process sends meanwhile, are not held up by thousands. */
const FARTHER_AT_ONCE = 16;

/**
 * Brings alerts in line with the contacts of a case: whoever is a contact has an alert that says as
 * much as it has to, whoever is none has none. It compares what is with what should be, so any number of planners may do it, again, in any order.
 */
export class Planner {
  constructor(
    private readonly store: EventStore,
    private readonly views: CaseViews,
    private readonly recipients: Recipients,
    private readonly brake: Brake,
  ) {}

  /**
   * Everyone whom a completed trace concerns.
   * @param traceId null for everyone who ever was a contact of the case.
   */
  async plan(caseId: string, traceId: string | null): Promise<void> {
    const [view, waits] = await Promise.all([this.views.fresh(caseId), this.brake.isHeld(caseId)]);
    // Of a case that waits everybody does, not only those of whom its latest trace says something new.
    const concerned = view.concerned(waits ? null : traceId);
    const due = concerned.filter((personId) => view.contact(personId) !== undefined);
    // Before anybody is alerted of whom the numbers say that something is wrong.
    const held = await this.brake.judge(view, due.length);
    const plan = async (personId: string) => {
      const contact = view.contact(personId);
      // Most contacts are new: one append tells that, without reading anything first.
      if (!contact || held || !(await this.#requestFirst(view, contact))) await this.#reconcile(view, personId);
    };
    const close = concerned.filter((personId) => view.contact(personId)?.degree === 1);
    await concurrently(close, AT_ONCE, plan);
    await concurrently(concerned.slice(close.length), close.length > 0 ? FARTHER_AT_ONCE : AT_ONCE, plan);
  }

  /** These people, because something happened to an alert of theirs or to one that they rely on. */
  async reconcile(concerned: Iterable<{ caseId: string; personId: string }>): Promise<void> {
    const once = new Map([...concerned].map((each) => [JSON.stringify([each.caseId, each.personId]), each]));
    await concurrently(once.values(), AT_ONCE, async ({ caseId, personId }) =>
      this.#reconcile(await this.views.fresh(caseId), personId),
    );
  }

  /** False when the person had an alert already. */
  async #requestFirst(view: CaseView, contact: Contact): Promise<boolean> {
    const data = requestOf(view, contact, 0);
    try {
      // An id of its own: success has to mean that there was no alert, not that this is an old one repeated.
      const event = { type: 'AlertRequested' as const, data };
      const request = { id: randomUUID(), event, provenance: view.because };
      await this.store.append(streams.alert(data.alertId), [request], 'no-stream');
      return true;
    } catch (error) {
      if (error instanceof WrongRevision) return false;
      throw error;
    }
  }

  async #reconcile(view: CaseView, personId: string): Promise<void> {
    const { sequence, state } = await lastAlert(this.store, view.caseId, personId);
    const contact = view.contact(personId);
    if (contact && ((await this.#suffices(state, contact)) || (await this.brake.isHeld(view.caseId)))) return;
    if (state.request) {
      const { alertId } = state.request;
      await handle(this.store, alertDecider, streams.alert(alertId), { type: 'Withdraw', alertId }, view.because);
    }
    if (!contact) return;
    const data = requestOf(view, contact, sequence + 1);
    await handle(this.store, alertDecider, streams.alert(data.alertId), { type: 'Request', data }, view.because);
  }

  /** Whether a contact with this alert needs no other. */
  async #suffices(alert: AlertState, { degree }: Contact): Promise<boolean> {
    switch (alert.status) {
      case 'requested':
        return true;
      case 'sent':
      case 'delivered':
        return saysEnough(alert, degree);
      case 'covered': {
        if (alert.coveredBy === null) return false;
        const { state } = await load(this.store, alertDecider, streams.alert(alert.coveredBy));
        // What it will say is looked at once it went.
        return canBeReliedOn(state) && (!state.told || saysEnough(state, degree));
      }
      case 'failed':
        if (alert.request === null) return true;
        return !alert.replayed && !(await this.#canBeReachedNow(alert.request));
      case 'unknown':
      case 'withdrawn':
        return false;
    }
  }

  /** Whether the person of a failed alert has a phone by now at which it was not tried. */
  async #canBeReachedNow(request: AlertRequested['data']): Promise<boolean> {
    const registrations = await registrationsOf(this.store, request.personId);
    const phone = currentPhone(registrations);
    if (phone === null) return false;
    return (await this.recipients.claimOf(request, phoneIndexes(registrations))) !== phone;
  }
}

function requestOf(view: CaseView, { personId, degree }: Contact, sequence: number): AlertRequested['data'] {
  const { caseId, disease } = view;
  return { alertId: alertIdOf(caseId, personId, sequence), caseId, personId, disease, degree, sequence };
}
