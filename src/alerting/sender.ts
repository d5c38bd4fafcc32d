import {
  currentPhone,
  personOf,
  phoneIndexes,
  recordsOf,
  registrationsOf,
  type Registration,
} from '../people/index.js';
import { type AlertRequested, alertStream } from './events.js';
import { type AlertFailure, FAILED } from './failures.js';
import { alertDecider, canBeReliedOn, lessOf, mayStillBeTakenBack, saysEnough } from './alert.js';
import type { Now } from '../platform/clock.js';
import { takesSms } from '@truyvet/message-gateway/phone-numbers';
import type { EventStore } from '../event-log/event-store.js';
import { load } from '../event-log/handle.js';
import type { Sealing } from '../event-log/sealing.js';
import { lastAlert, loadAlert, type LoadedAlert } from './loaded-alert.js';
import type { CaseViews } from './case-views.js';
import type { AlertMetrics, Allowance, Dispatcher, Route, MessageContent } from '../delivery/index.js';
import type { Gathered, Gathering } from './gathering.js';
import type { Planner } from './planner.js';
import type { Receipt } from '@truyvet/message-gateway';
import type { Recipients, ClaimRequest } from './recipients.js';
import { exposedAt, type OwnCases } from './own-cases.js';
import type { Rules } from './rules.js';
import type { TakeBack } from './take-back.js';
import type { Texts } from './texts.js';
import type { Unreached } from './unreached.js';

export interface SenderMeans {
  store: EventStore;
  sealing: Sealing;
  dispatcher: Dispatcher;
  /**
   * Queues an alert that has a message to send with a provider. If it is queued there already, it keeps its job, which
   * then runs no later than asked.
   */
  forward: (alertId: string, revision: number, degree: number, when: 'gathered' | 'now') => Promise<void>;
  texts: Texts;
  metrics: AlertMetrics;
  views: CaseViews;
  gathering: Gathering;
  recipients: Recipients;
  planner: Planner;
  takeBack: TakeBack;
  unreached: Unreached;
  rules: Rules;
  ownCases: OwnCases;
  allowance: Allowance;
  now: Now;
  /** The link where a contact can answer, by alert id; undefined if contacts are not asked. */
  answerLink: ((alertId: string) => string) | undefined;
}

type Request = AlertRequested['data'];

/**
 * The degree with which withdrawals are queued, after alerts of F1: taking a message back a moment later puts nobody at
 * risk.
 */
const AFTER_F1 = 2;

/**
 * Does what an alert's state asks for. It decides everything from the log each time, so it may run again at any time.
 * Each state has one job, identified by its id, so two jobs never give the same message to a provider at the same
 * moment.
 */
export class Sender {
  constructor(private readonly means: SenderMeans) {}

  /**
   * @param revision of the event that asks for this; if a later one exists, the job of that one does it. Null if
   * nothing happened to the alert itself, but its person was registered again.
   * @param via the provider whose queue this job is in, and through which messages are sent.
   * @throws Elsewhere when another provider has to send it.
   */
  async settle(alertId: string, revision: number | null, via?: Route): Promise<void> {
    const { store, planner, recipients, takeBack, unreached, forward } = this.means;
    const loaded = await loadAlert(store, alertId);
    const { state, settledBy } = loaded;
    const { request } = state;
    if (!request) return;
    // An alert on its way reads the registrations by itself.
    if (revision === null ? state.status === 'requested' : revision < settledBy) return;
    if (state.status === 'requested') {
      // A gathered alert waits with its claim on the phone, so that others find it.
      if (via || recipients.gathers) return this.#tell(request, loaded, via);
      return forward(alertId, settledBy, request.degree, 'now');
    }
    // The process that sent it may have been killed before this step.
    if (state.status === 'sent' || state.status === 'delivered') return this.#lookAgain(loaded);
    // This comes before reading the registrations, or the person's own cases, so that later changes find the alert
    // here.
    const isWithdrawn = state.status === 'withdrawn';
    const waits = !isWithdrawn || mayStillBeTakenBack(state);
    for (const { personId } of [request, ...(isWithdrawn ? state.joined.values() : [])]) {
      await (waits ? unreached.add(personId, alertId) : unreached.remove(personId, alertId));
    }
    if (isWithdrawn && !(await takeBack.settle(loaded, via))) return forward(alertId, settledBy, AFTER_F1, 'now');
    await planner.reconcile([request, ...state.joined.values()]);
    // The withdrawal of an alert that it would have relied on may have been held because of it.
    if (state.status !== 'withdrawn') await takeBack.lookAgain(loaded);
  }

  /**
   * Checks whether the sent message still says enough, and went to the right phone. Meanwhile a person may have become
   * a closer contact or been exposed again, or the number may have been corrected.
   * @param first whether this alert is known to be the first that notified its phone.
   */
  async #lookAgain(loaded: LoadedAlert, first = false): Promise<void> {
    const { store, views, planner, recipients, rules, takeBack, unreached } = this.means;
    const { alertId, state } = loaded;
    const { request, leftOut } = state;
    if (!request) return;
    await unreached.add(request.personId, alertId);
    const phones = phoneIndexes(await registrationsOf(store, request.personId));
    const moved = phones.length > 1;
    const more = [...(moved ? [request] : [])];
    const told: [string, { caseId: string; personId: string }][] = [[alertId, request], ...state.joined];
    for (const [relying, each] of told) {
      const view = await views.fresh(each.caseId);
      const contact = view.contact(each.personId);
      if (!contact) continue;
      // A person who has another phone by now, or none, was not notified by this message.
      if (each.personId !== request.personId) {
        const registrations = await registrationsOf(store, each.personId);
        if (phoneIndexes(registrations).length > 1 || currentPhone(registrations) === null) {
          more.push({ ...request, ...each });
          continue;
        }
      }
      const passedOver =
        leftOut.has(relying) && !(await recipients.speaksTo(state, each, await recordsOf(store, each.personId)));
      if (passedOver || !saysEnough(state, await rules.wordFor(view, contact))) more.push({ ...request, ...each });
    }
    if (more.length > 0) await planner.reconcile(more);
    // The withdrawal of an alert that it would have relied on may have been held because of it.
    if (!first || moved) await takeBack.lookAgain(loaded);
  }

  /**
   * @param via undefined if this job only claims the phone; the alert goes on once the messages due for that are
   * gathered.
   */
  async #tell(request: Request, loaded: LoadedAlert, via: Route | undefined): Promise<void> {
    const { store, dispatcher, views, recipients, rules, ownCases, allowance, now } = this.means;
    const { alertId, caseId, personId } = request;
    const { because } = loaded;
    if (!via) {
      // Its message may be on its way already: then only the job that sends it may decide that there is none to send.
      const phones = phoneIndexes(await registrationsOf(store, personId));
      if ((await recipients.claimOf(request, phones)) !== undefined) return this.#forward(request, loaded);
    }
    const [view, { registrations, state: person }] = await Promise.all([
      views.fresh(caseId),
      personOf(store, personId),
    ]);
    const found = view.contact(personId);
    if (!found) return this.#withdraw(loaded);
    if (await rules.isOver(view, found)) return this.#fail(loaded, FAILED.tooLate, 'the last day is over');

    const registration = registrations.at(-1);
    if (!registration) return this.#fail(loaded, FAILED.unknownPerson, 'nobody is registered under this id');
    const phone = currentPhone(registrations);
    // Other alerts may rely on a message to a phone that the person no longer has: all of them are planned again.
    const former = phoneIndexes(registrations).filter((index) => index !== phone);
    if (former.length > 0 && (await recipients.claimOf(request, former)) !== undefined) {
      return this.#withdraw(loaded);
    }
    if (phone === null || registration.phone === null) {
      return this.#fail(loaded, FAILED.noPhone, 'registered without a phone');
    }

    const records = await recordsOf(store, personId, person);
    const own = await ownCases.of(request, exposedAt(found, now()), records);
    if (own !== undefined) return this.#fail(loaded, FAILED.isACase, `a case of it already: ${own}`);
    const claiming = { alert: request, word: await rules.wordFor(view, found), records, because };
    const claim = (await this.#coveredByEarlier(claiming)) ?? (await recipients.claim(claiming, phone));
    if ('by' in claim) {
      await this.#hasten(claim.by, request);
      if (await loaded.record({ type: 'Cover', alertId, by: claim.by })) this.means.metrics.covered();
      return;
    }
    if (!via) return this.#forward(request, loaded);
    let said: MessageContent | null = null;
    const write = async (again: boolean) => {
      const written = await this.#write(request, loaded, registration, { again, number: claim.number });
      said = written?.said ?? null;
      return written?.message;
    };
    const outcome = await dispatcher.send({ ...loaded.message('alert'), via, old: claim.old, write });
    if (outcome?.type === 'sent') {
      if (dispatcher.isFile(outcome.provider))
        return this.#fail(loaded, FAILED.file, outcome.receipt.reference, outcome.provider);
      // It may have been sent before this process began to try.
      said ??= await allowance.wordOf(phone, alertId);
      await this.#markSent(loaded, outcome.provider, outcome.receipt, said);
      await dispatcher.tellReported(loaded.message('alert'), outcome);
      return this.#lookAgain(loaded, claim.number === 0);
    }
    if (outcome) return this.#fail(loaded, outcome.type, outcome.detail, outcome.provider);
  }

  /**
   * Queues the alert for when the messages due for its phone are gathered, with the priority of the closest contact
   * whom it has to notify.
   */
  async #forward(request: Request, { alertId, settledBy, state }: LoadedAlert): Promise<void> {
    let { degree } = request;
    for (const { caseId, personId } of state.joined.values()) {
      degree = Math.min(degree, (await this.means.views.fresh(caseId)).contact(personId)?.degree ?? degree);
    }
    await this.means.forward(alertId, settledBy, degree, 'gathered');
  }

  /** Gives a waiting message the priority of a closer contact whom it has to notify, too. */
  async #hasten(by: string, { degree }: Request): Promise<void> {
    const { store, recipients, forward } = this.means;
    if (!recipients.gathers) return;
    const { state, settledBy } = await loadAlert(store, by);
    if (state.status !== 'requested' || (state.request?.degree ?? 0) <= degree) return;
    await forward(by, settledBy, degree, 'gathered');
  }

  /**
   * Writes the message, at the last moment before it is sent; undefined if there is none to send any more.
   * @param again whether one may have been sent already: then the receiver certainly knows only what both say.
   * `number` is how many alerts notified the phone before this one.
   */
  async #write(
    request: Request,
    loaded: LoadedAlert,
    registration: Registration,
    { again, number }: { again: boolean; number: number },
  ) {
    const { sealing, texts, gathering, answerLink, rules, allowance } = this.means;
    const { phone, phoneIndex, language } = registration;
    const { alertId, personId } = request;
    const to = phone === null ? undefined : await sealing.open(personId, 'phone', phone);
    if (to === undefined || phoneIndex === null) return this.#fail(loaded, FAILED.noPhone, 'the person was erased');
    if (!takesSms(to)) return this.#fail(loaded, FAILED.noSms, 'a fixed line, or the number of a service');
    const gathered = await gathering.of(request, loaded, phoneIndex);
    if (!gathered) return this.#withdraw(loaded);
    const common = { ...gathered, request, language };
    const namesDay = texts.namesDay(common);
    const wordOf = (stay: Gathered['stay']) => saidBy(gathered, namesDay ? rules.named(stay) : null);
    const before = again ? await allowance.wordOf(phoneIndex, alertId) : null;
    const atLeast = (said: MessageContent) => (before ? lessOf(before, said) : said);
    const taking = { messageId: alertId, said: atLeast(wordOf(gathered.stay)) };
    if (!(await allowance.take(phoneIndex, taking, loaded.because))) {
      return this.#fail(loaded, FAILED.bound, 'the phone had all the messages of a day');
    }
    // This comes last: of two messages sent at a time, the one that took its allowance later knows about the other.
    const stay = await gathering.lastDay(request, gathered, phoneIndex, number);
    const text = texts.alert({ ...common, stay, link: answerLink?.(alertId) });
    return { message: { to, text }, said: atLeast(wordOf(stay)) };
  }

  /** The alert that notified the person of the case under another record, on any phone. */
  async #coveredByEarlier(claiming: ClaimRequest): Promise<{ by: string } | undefined> {
    const { store, recipients } = this.means;
    const { alert, word, records } = claiming;
    for (const record of records) {
      if (record === alert.personId) continue;
      const { state: own } = await lastAlert(store, alert.caseId, record);
      const by = own.coveredBy ?? own.request?.alertId;
      if (by === undefined) continue;
      const { state } = own.coveredBy === null ? { state: own } : await load(store, alertDecider, alertStream(by));
      if (!state.told || !canBeReliedOn(state) || !saysEnough(state, word)) continue;
      if (await recipients.join(by, claiming)) return { by };
    }
    return undefined;
  }

  /**
   * Withdraws the alert. A message that was sent without being recorded is recorded first, so that it is taken back
   * too.
   */
  async #withdraw(loaded: LoadedAlert): Promise<undefined> {
    const { alertId } = loaded;
    const { dispatcher, takeBack } = this.means;
    const lost = await dispatcher.lost(loaded.message('alert'));
    if (lost?.type === 'sent') {
      await this.#markSent(loaded, lost.provider, lost.receipt, await takeBack.wordOf(loaded));
    }
    await loaded.record({ type: 'Withdraw', alertId });
  }

  /** @param said what the message asked for; null if its text is not known any more. */
  async #markSent(
    loaded: LoadedAlert,
    provider: string,
    { reference }: Receipt,
    said: MessageContent | null,
  ): Promise<void> {
    const { alertId } = loaded;
    if (await loaded.record({ type: 'MarkSent', alertId, provider, reference, said })) {
      this.means.metrics.sent(provider);
    }
  }

  async #fail(loaded: LoadedAlert, reason: AlertFailure, detail: string, provider: string | null = null) {
    const data = { alertId: loaded.alertId, reason, detail, provider };
    if (await loaded.record({ type: 'Fail', data })) this.means.metrics.failed(provider ?? 'none', reason);
    return undefined;
  }
}

/** What a message says, as it is recorded. */
function saidBy({ group: { degree }, cases }: Gathered, until: string | null): MessageContent {
  return { degree, until, cases };
}
