import { alertDecider, type AlertCommand } from '../domain/alert.js';
import type { AlertRequested } from '../domain/events.js';
import type { EventStore, Provenance } from '../log/event-store.js';
import { handle } from '../log/handle.js';
import type { Sealing } from '../log/sealing.js';
import { streams } from '../log/streams.js';
import { loadAlert } from './alert-log.js';
import type { CaseViews } from './case-views.js';
import type { AlertMetrics } from './metrics.js';
import type { PhoneBook } from './phone-book.js';
import type { Planner } from './planner.js';
import { ReceiverFault, type Receipt, type SmsProvider } from './provider.js';
import type { Recipients } from './recipients.js';
import { currentPhone, phoneIndexes, registrationsOf } from './registrations.js';
import type { TakeBack } from './take-back.js';
import type { Texts } from './texts.js';
import type { Unreached } from './unreached.js';

export interface SenderParts {
  store: EventStore;
  sealing: Sealing;
  provider: SmsProvider;
  texts: Texts;
  metrics: AlertMetrics;
  views: CaseViews;
  phoneBook: PhoneBook;
  recipients: Recipients;
  planner: Planner;
  takeBack: TakeBack;
  unreached: Unreached;
}

/** What is to be told, and what is said of all that this leads to. */
type Request = AlertRequested['data'] & { because: Provenance };

/**
 * Does what an alert's state asks for. Everything is decided from the log anew, so it may be done again at any time.
 * Each state has one job, known by its id, so that two never hand the same message to a provider at the same moment.
 */
export class Sender {
  constructor(private readonly parts: SenderParts) {}

  /**
   * @param revision of the event that asks for it: when another one has come since, that one's job does it. Null when
   * nothing happened to the alert itself, but its person was registered anew.
   */
  async settle(alertId: string, revision: number | null): Promise<void> {
    const { store, planner, takeBack, unreached } = this.parts;
    const { state, settledBy, because } = await loadAlert(store, alertId);
    const { request } = state;
    if (!request) return;
    if (revision === null ? state.status !== 'failed' : revision < settledBy) return;
    if (state.status === 'requested') return this.#tell({ ...request, because });
    if (state.status === 'sent' || state.status === 'delivered') return;
    if (state.status === 'withdrawn') await takeBack.settle(state, because);
    // Before the registrations are looked at: one that comes later finds the alert here.
    if (state.status === 'failed') await unreached.add(request.personId, alertId);
    else if (state.failure !== null) await unreached.remove(request.personId, alertId);
    await planner.reconcile(request.caseId, [request.personId, ...state.joined.values()]);
  }

  async #tell(request: Request): Promise<void> {
    const { store, sealing, provider, texts, views, phoneBook, recipients } = this.parts;
    const { alertId, caseId, personId } = request;
    if (!(await views.fresh(caseId)).contact(personId)) return this.#withdraw(request);

    const registrations = await registrationsOf(store, personId);
    const registration = registrations.at(-1);
    if (!registration) return this.#fail(request, 'unknown-person', 'nobody is registered under this id');
    const phone = currentPhone(registrations);
    // Others may rely on what was to go to a phone that the person has no more: all of it is planned anew.
    const former = phoneIndexes(registrations).filter((index) => index !== phone);
    if (former.length > 0 && (await recipients.claimOf(request, former)) !== undefined) return this.#withdraw(request);
    if (phone === null || registration.phone === null) {
      return this.#fail(request, 'no-phone', 'registered without a phone');
    }

    const claim = await recipients.claim(request, phone, request.because);
    if (typeof claim === 'object') {
      if (await this.#record(request, { type: 'Cover', alertId, by: claim.by })) this.parts.metrics.covered();
      return;
    }
    const sent = claim === 'old' ? await provider.wasSent(alertId) : undefined;
    if (sent) return this.#markSent(request, sent);
    const to = await sealing.open(personId, 'phone', registration.phone);
    if (to === undefined) return this.#fail(request, 'no-phone', 'the person was erased');
    const { degree } = request;
    const group = await phoneBook.group(await views.fresh(caseId), phone, degree);
    // The last thing before it goes: nobody is told who was released a moment ago.
    const contact = (await views.fresh(caseId)).contact(personId);
    if (!contact) return this.#withdraw(request);
    const text = texts.alert({ request, contact, group, language: registration.language });
    try {
      await this.#markSent(request, await provider.send({ id: alertId, to, text }));
    } catch (error) {
      if (!(error instanceof ReceiverFault)) throw error;
      await this.#fail(request, 'refused', error.message);
    }
  }

  /** What was sent without that being noted has to be noted first: then it is taken back too. */
  async #withdraw(request: Request): Promise<void> {
    const sent = await this.parts.provider.wasSent(request.alertId);
    if (sent) await this.#markSent(request, sent);
    await this.#record(request, { type: 'Withdraw', alertId: request.alertId });
  }

  async #markSent(request: Request, { reference }: Receipt): Promise<void> {
    const provider = this.parts.provider.name;
    const noted = await this.#record(request, { type: 'MarkSent', alertId: request.alertId, provider, reference });
    if (noted) this.parts.metrics.sent(provider);
  }

  async #fail(request: Request, reason: 'unknown-person' | 'no-phone' | 'refused', detail: string): Promise<void> {
    const failed = await this.#record(request, { type: 'Fail', data: { alertId: request.alertId, reason, detail } });
    if (failed) this.parts.metrics.failed(this.parts.provider.name, reason);
  }

  /** Whether it changed anything. */
  async #record(request: Request, command: AlertCommand): Promise<boolean> {
    const stream = streams.alert(request.alertId);
    const { appended } = await handle(this.parts.store, alertDecider, stream, command, request.because);
    return appended !== undefined;
  }
}
