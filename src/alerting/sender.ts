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

export interface SenderParts {
  store: EventStore;
  sealing: Sealing;
  dispatcher: Dispatcher;
  /**
   * Has the alert come back in the queue of a provider, since it has something to send. One that is there already stays
   * where it is, and comes no later than is asked.
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
  /** Where a contact can answer; undefined where nobody is asked. */
  answerLink: ((alertId: string) => string) | undefined;
}

/** What is to be told, and what is said of all that this leads to. */
type Request = AlertRequested['data'];

/** Nobody is put at risk by what is taken back a moment later. */
const AFTER_F1 = 2;

/**
 * Does what an alert's state asks for. Everything is decided from the log anew, so it may be done again at any time.
 * Each state has one job, known by its id, so that two never hand the same message to a provider at the same moment.
 */
export class Sender {
  constructor(private readonly parts: SenderParts) {}

  /**
   * @param revision of the event that asks for it: when another one has come since, that one's job does it. Null when
   * nothing happened to the alert itself, but its person was registered anew.
   * @param via the provider in whose queue this is, through which messages go.
   * @throws Elsewhere when another provider is to send it.
   */
  async settle(alertId: string, revision: number | null, via?: Route): Promise<void> {
    const { store, planner, recipients, takeBack, unreached, forward } = this.parts;
    const loaded = await loadAlert(store, alertId);
    const { state, settledBy } = loaded;
    const { request } = state;
    if (!request) return;
    // What is on its way looks at the registrations by itself.
    if (revision === null ? state.status === 'requested' : revision < settledBy) return;
    if (state.status === 'requested') {
      // What is gathered waits with its claim on the phone, so that others find it.
      if (via || recipients.gathers) return this.#tell(request, loaded, via);
      return forward(alertId, settledBy, request.degree, 'now');
    }
    // Whoever had sent it may have been killed before this.
    if (state.status === 'sent' || state.status === 'delivered') return this.#lookAgain(loaded);
    // Before the registrations, or the person's own cases, are looked at: what changes later finds the alert here.
    const isWithdrawn = state.status === 'withdrawn';
    const waits = !isWithdrawn || mayStillBeTakenBack(state);
    for (const { personId } of [request, ...(isWithdrawn ? state.joined.values() : [])]) {
      await (waits ? unreached.add(personId, alertId) : unreached.remove(personId, alertId));
    }
    if (isWithdrawn && !(await takeBack.settle(loaded, via))) return forward(alertId, settledBy, AFTER_F1, 'now');
    await planner.reconcile([request, ...state.joined.values()]);
    // What it would have relied on may have been held because of it.
    if (state.status !== 'withdrawn') await takeBack.lookAgain(loaded);
  }

  /**
   * Whether what went is still as much as it has to be, and went to the right phone: somebody may have become a closer
   * contact meanwhile, or have been exposed again, or the number was corrected.
   * @param first whether it is known to be the first that told its phone.
   */
  async #lookAgain(loaded: LoadedAlert, first = false): Promise<void> {
    const { store, views, planner, recipients, rules, takeBack, unreached } = this.parts;
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
      // Who has another phone by now, or none, was told by none of this.
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
    // What it would have relied on may have been held because of it.
    if (!first || moved) await takeBack.lookAgain(loaded);
  }

  /** @param via undefined where it only claims the phone, and goes on once what is due for that is gathered. */
  async #tell(request: Request, loaded: LoadedAlert, via: Route | undefined): Promise<void> {
    const { store, dispatcher, views, recipients, rules, ownCases, allowance, now } = this.parts;
    const { alertId, caseId, personId } = request;
    const { because } = loaded;
    if (!via) {
      // Its message may be under way already: then only the job that sends it may say that there is none to send.
      const phones = phoneIndexes(await registrationsOf(store, personId));
      if ((await recipients.claimOf(request, phones)) !== undefined) return this.#forward(request, loaded);
    }
    const view = await views.fresh(caseId);
    const found = view.contact(personId);
    if (!found) return this.#withdraw(loaded);
    if (await rules.isOver(view, found)) return this.#fail(loaded, FAILED.tooLate, 'the last day is over');

    const { registrations, state: person } = await personOf(store, personId);
    const registration = registrations.at(-1);
    if (!registration) return this.#fail(loaded, FAILED.unknownPerson, 'nobody is registered under this id');
    const phone = currentPhone(registrations);
    // Others may rely on what was to go to a phone that the person has no more: all of it is planned anew.
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
    const telling = { alert: request, word: await rules.wordFor(view, found), records, because };
    const claim = (await this.#toldAsAnother(telling)) ?? (await recipients.claim(telling, phone));
    if ('by' in claim) {
      await this.#hasten(claim.by, request);
      if (await loaded.record({ type: 'Cover', alertId, by: claim.by })) this.parts.metrics.covered();
      return;
    }
    if (!via) return this.#forward(request, loaded);
    let said: MessageContent | null = null;
    const write = async (again: boolean) => {
      const written = await this.#write(request, loaded, registration, again);
      said = written?.said ?? null;
      return written?.message;
    };
    const outcome = await dispatcher.send({ ...loaded.message('alert'), via, old: claim.old, write });
    if (outcome?.type === 'sent') {
      if (dispatcher.isFile(outcome.provider))
        return this.#fail(loaded, FAILED.file, outcome.receipt.reference, outcome.provider);
      // It may have gone before this process began to try.
      said ??= await allowance.wordOf(phone, alertId);
      await this.#markSent(loaded, outcome.provider, outcome.receipt, said);
      await dispatcher.tellReported(loaded.message('alert'), outcome);
      return this.#lookAgain(loaded, claim.first);
    }
    if (outcome) return this.#fail(loaded, outcome.type, outcome.detail, outcome.provider);
  }

  /** Once what is due for its phone is gathered; in turn by the closest of those whom it is to tell. */
  async #forward(request: Request, { alertId, settledBy, state }: LoadedAlert): Promise<void> {
    let { degree } = request;
    for (const { caseId, personId } of state.joined.values()) {
      degree = Math.min(degree, (await this.parts.views.fresh(caseId)).contact(personId)?.degree ?? degree);
    }
    await this.parts.forward(alertId, settledBy, degree, 'gathered');
  }

  /** A message that waits for its turn comes no later than the closest of those whom it is to tell. */
  async #hasten(by: string, { degree }: Request): Promise<void> {
    const { store, recipients, forward } = this.parts;
    if (!recipients.gathers) return;
    const { state, settledBy } = await loadAlert(store, by);
    if (state.status !== 'requested' || (state.request?.degree ?? 0) <= degree) return;
    await forward(by, settledBy, degree, 'gathered');
  }

  /**
   * The message, at the last moment before it goes; undefined when there is none to send any more.
   * @param again whether one may have gone already: then only what both say can be counted on.
   */
  async #write(request: Request, loaded: LoadedAlert, registration: Registration, again: boolean) {
    const { sealing, texts, gathering, answerLink, rules, allowance } = this.parts;
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
    // Last of all: of two messages that go at a time, the one that took its place later knows of the other.
    const stay = await gathering.lastDay(request, gathered, phoneIndex);
    const text = texts.alert({ ...common, stay, link: answerLink?.(alertId) });
    return { message: { to, text }, said: atLeast(wordOf(stay)) };
  }

  /** What the person was told about the case under another record, to whatever phone. */
  async #toldAsAnother(telling: ClaimRequest): Promise<{ by: string } | undefined> {
    const { store, recipients } = this.parts;
    const { alert, word, records } = telling;
    for (const record of records) {
      if (record === alert.personId) continue;
      const { state: own } = await lastAlert(store, alert.caseId, record);
      const by = own.coveredBy ?? own.request?.alertId;
      if (by === undefined) continue;
      const { state } = own.coveredBy === null ? { state: own } : await load(store, alertDecider, alertStream(by));
      if (!state.told || !canBeReliedOn(state) || !saysEnough(state, word)) continue;
      if (await recipients.join(by, telling)) return { by };
    }
    return undefined;
  }

  /** What was sent without that being noted has to be noted first: then it is taken back too. */
  async #withdraw(loaded: LoadedAlert): Promise<undefined> {
    const { alertId } = loaded;
    const { dispatcher, takeBack } = this.parts;
    const lost = await dispatcher.lost(loaded.message('alert'));
    if (lost?.type === 'sent') {
      await this.#markSent(loaded, lost.provider, lost.receipt, await takeBack.wordOf(loaded));
    }
    await loaded.record({ type: 'Withdraw', alertId });
  }

  /** @param said what the message asked for; null where its text is not known any more. */
  async #markSent(
    loaded: LoadedAlert,
    provider: string,
    { reference }: Receipt,
    said: MessageContent | null,
  ): Promise<void> {
    const { alertId } = loaded;
    if (await loaded.record({ type: 'MarkSent', alertId, provider, reference, said })) {
      this.parts.metrics.sent(provider);
    }
  }

  async #fail(loaded: LoadedAlert, reason: AlertFailure, detail: string, provider: string | null = null) {
    const data = { alertId: loaded.alertId, reason, detail, provider };
    if (await loaded.record({ type: 'Fail', data })) this.parts.metrics.failed(provider ?? 'none', reason);
    return undefined;
  }
}

/** What a text says. */
function saidBy({ group: { degree }, cases }: Gathered, until: string | null): MessageContent {
  return { degree, until, cases };
}
